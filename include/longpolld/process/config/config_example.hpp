#pragma once

#include <string>

namespace longpolld {

/// The text of config/longpolld.toml: every option with its help and, commented out, its default.
[[nodiscard]] std::string config_example();

}  // namespace longpolld
