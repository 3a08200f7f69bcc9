#pragma once

#include "longpolld/words/error.hpp"

#include <cstddef>
#include <string>

namespace longpolld {

/// The largest file that is read as a whole, in bytes: of options, of keys. As much as anyone has reason to
/// write.
inline constexpr std::size_t text_file_bytes_max = std::size_t{1} << 20;

/// A file's content. The error's text says why there is none, and is meant to stand behind the file's name:
/// it is not a regular file (a pipe is not waited for), cannot be read to its end, or is larger than
/// text_file_bytes_max.
[[nodiscard]] outcome<std::string> read_text_file(const std::string& path);

}  // namespace longpolld
