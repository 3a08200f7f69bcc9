#pragma once

#include <string_view>

namespace longpolld {

/// A file of the demo or of the client, compiled into the binary; empty when there is none of this name.
[[nodiscard]] std::string_view asset(std::string_view name);

}  // namespace longpolld
