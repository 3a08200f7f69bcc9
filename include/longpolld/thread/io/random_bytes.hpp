#pragma once

#include <cstddef>
#include <string>

namespace longpolld {

/// Bytes that nobody can guess. Throws std::system_error where the system has none. Thread: any.
[[nodiscard]] std::string random_bytes(std::size_t count);

}  // namespace longpolld
