#include "longpolld/words/utf8.hpp"

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

}  // namespace longpolld::utf8
