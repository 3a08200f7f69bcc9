#include "longpolld/words/utf8.hpp"

#include <cstdio>

namespace longpolld::utf8 {

std::optional<code_point> next(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return code_point{lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4U : lead >= 0xe0 ? 3U : 2U;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return std::nullopt;
  char32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto follow = static_cast<unsigned char>(text[i]);
    if ((follow & 0xc0U) != 0x80) return std::nullopt;
    code = (code << 6U) | (follow & 0x3fU);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return std::nullopt;
  return code_point{code, bytes};
}

bool is_valid(std::string_view text) {
  while (!text.empty()) {
    const auto point = next(text);
    if (!point) return false;
    text.remove_prefix(point->bytes);
  }
  return true;
}

std::string escaped(std::string_view text, std::string_view quoted) {
  std::string shown;
  while (!text.empty()) {
    const auto point = next(text);
    const std::size_t bytes = point ? point->bytes : 1;
    if (!point || is_control(point->code) || is_invisible(point->code)) {
      const unsigned code = point ? point->code : static_cast<unsigned char>(text.front());
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", code);
      shown += escape;
    } else {
      if (bytes == 1 && quoted.find(text.front()) != std::string_view::npos) shown += '\\';
      shown += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return shown;
}

std::string_view head(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  constexpr std::size_t point_bytes_max = 4;
  for (std::size_t end = bytes_max; end > 0 && end + point_bytes_max > bytes_max; --end) {
    const bool is_middle = (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80;
    if (!is_middle) return text.substr(0, end);
  }
  return text.substr(0, bytes_max);  // not UTF-8
}

}  // namespace longpolld::utf8
