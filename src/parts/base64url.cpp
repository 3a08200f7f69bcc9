#include "longpolld/parts/base64url.hpp"

#include <array>
#include <cstdint>

namespace longpolld {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_letter = 64;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> made{};
  made.fill(no_letter);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    made[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
  }
  return made;
}();

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string made;
  made.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) made += letters[bits >> (count - 6) & 0x3fU];
  }
  if (count > 0) made += letters[bits << (6 - count) & 0x3fU];
  return made;
}

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string made;
  made.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = values[static_cast<unsigned char>(c)];
    if (value == no_letter) return std::nullopt;
    bits = bits << 6U | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    made += static_cast<char>(bits >> count & 0xffU);
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return made;
}

}  // namespace longpolld
