#include "longpolld/parts/position.hpp"

namespace longpolld {
namespace {

constexpr std::uint64_t low_bits(unsigned count) { return (std::uint64_t{1} << count) - 1; }

constexpr bool dash_before(unsigned digit) { return digit == 8 || digit == 12 || digit == 16 || digit == 20; }

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::string_view without_wrapping(std::string_view text) {
  constexpr std::string_view urn = "urn:uuid:";
  if (text.starts_with(urn)) return text.substr(urn.size());
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}') return text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

uuid encode(const event_id& id) {
  const std::uint64_t ordinal = id.at.ordinal & low_bits(40);
  return {(static_cast<std::uint64_t>(id.at.ms) << 16U) | 0x7000U | (ordinal >> 28U),
          (std::uint64_t{2} << 62U) | ((ordinal & low_bits(28)) << 34U) | (id.epoch & low_bits(34))};
}

std::optional<event_id> decode(const uuid& from) {
  if (((from.high >> 12U) & 0xfU) != 7 || (from.low >> 62U) != 2) return std::nullopt;
  const std::uint64_t ordinal = ((from.high & low_bits(12)) << 28U) | ((from.low >> 34U) & low_bits(28));
  return event_id{{static_cast<unix_ms>(from.high >> 16U), ordinal}, from.low & low_bits(34)};
}

void write_uuid(const uuid& from, char* to) {
  constexpr const char* digits = "0123456789abcdef";
  for (unsigned digit = 0; digit < 32; ++digit) {
    if (dash_before(digit)) *to++ = '-';
    const std::uint64_t half = digit < 16 ? from.high : from.low;
    *to++ = digits[(half >> (60U - 4U * (digit % 16U))) & 0xfU];
  }
}

std::string to_text(const event_id& id) {
  std::string text(uuid_chars, '\0');
  write_uuid(encode(id), text.data());
  return text;
}

std::optional<uuid> parse_uuid(std::string_view text) {
  text = without_wrapping(text);
  const bool dashed = text.size() == uuid_chars;
  if (!dashed && text.size() != 32) return std::nullopt;
  uuid read;
  std::size_t at = 0;
  for (unsigned digit = 0; digit < 32; ++digit) {
    if (dashed && dash_before(digit) && text[at++] != '-') return std::nullopt;
    const auto value = hex_value(text[at++]);
    if (!value) return std::nullopt;
    std::uint64_t& half = digit < 16 ? read.high : read.low;
    half = (half << 4U) | *value;
  }
  return read;
}

}  // namespace longpolld
