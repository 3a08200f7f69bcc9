#pragma once

#include "longpolld/words/error.hpp"

#include <string>

namespace longpolld {

/// The first line of the file that redis_password_file names. The error's text begins with the file's name.
[[nodiscard]] outcome<std::string> read_redis_password(const std::string& path);

}  // namespace longpolld
