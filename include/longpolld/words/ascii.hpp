#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

/// Text as protocols and options have it: whatever the locale, ASCII only.
namespace longpolld::ascii {

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether it may not stand in a field or on a line of HTTP/1.1: a control character other than the tab.
[[nodiscard]] constexpr bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

/// Whether they differ in the case of letters at most.
[[nodiscard]] constexpr bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// Without the spaces and tabs at its ends.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Without one line's end, "\n" or "\r\n", as editors and `echo` leave behind a secret in a file.
[[nodiscard]] constexpr std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  return text;
}

/// The parts of a text between a character, trimmed, without empty ones.
[[nodiscard]] inline std::vector<std::string> split(std::string_view text, char between) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(between), text.size());
    if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

[[nodiscard]] inline std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string made;
  for (const auto& one : parts) made += (made.empty() ? "" : std::string(between)) + one;
  return made;
}

}  // namespace longpolld::ascii
