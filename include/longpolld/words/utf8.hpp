#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// UTF-8 as RFC 3629 section 4 has it: no overlong form, no surrogate, nothing above U+10FFFF.
namespace longpolld::utf8 {

struct code_point {
  char32_t code = 0;
  std::size_t bytes = 0;
};

/// The code point `text` begins with; nothing when its first bytes are not UTF-8 or `text` is empty.
[[nodiscard]] std::optional<code_point> next(std::string_view text);

[[nodiscard]] bool is_valid(std::string_view text);

/// C0 and C1 controls and DEL.
[[nodiscard]] constexpr bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/// Characters that show nothing or turn the direction of what follows: zero width space and marks, line and
/// paragraph separators, bidirectional controls, byte order mark. The joiners U+200C and U+200D are not
/// among them: scripts and emoji need them.
[[nodiscard]] constexpr bool is_invisible(char32_t code) {
  return code == 0x200b || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

/// `text` fit for a terminal and one line: controls, invisible characters and bytes that are not UTF-8 as
/// \uXXXX, with a backslash before each character that is in `quoted`.
[[nodiscard]] std::string escaped(std::string_view text, std::string_view quoted = {});

/// Returns the beginning of `text`, at most `bytes_max` bytes, cut between characters.
[[nodiscard]] std::string_view head(std::string_view text, std::size_t bytes_max);

}  // namespace longpolld::utf8
