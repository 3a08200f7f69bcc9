#pragma once

#include "longpolld/words/error.hpp"

#include <string>

namespace longpolld {

/// What is in a file, or in a pipe, that holds a secret. An error, whose text names the file and is meant for
/// the user, is also one that is empty or larger than text_file_bytes_max. Blocks.
[[nodiscard]] outcome<std::string> read_secret_file(const std::string& path);

}  // namespace longpolld
