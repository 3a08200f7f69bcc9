#include "longpolld/parts/position.hpp"

#include <boost/endian/conversion.hpp>

#include <array>
#include <cstring>

namespace longpolld {
namespace {

constexpr std::uint64_t low_bits(unsigned count) { return (std::uint64_t{1} << count) - 1; }

// The digits of a UUID's five groups, with dashes between them: 8-4-4-4-12.
constexpr std::array<std::size_t, 5> group_digits{8, 4, 4, 4, 12};

constexpr std::uint8_t no_digit = 0xff;
constexpr auto hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

/// Eight hexadecimal digits at once: each half byte gets a byte of its own, then its character.
void write_digits(std::uint64_t half_bytes, char* to) {
  constexpr std::uint64_t each = 0x0101010101010101;
  half_bytes = (half_bytes | (half_bytes << 16U)) & 0x0000ffff0000ffff;
  half_bytes = (half_bytes | (half_bytes << 8U)) & 0x00ff00ff00ff00ff;
  half_bytes = (half_bytes | (half_bytes << 4U)) & 0x0f0f0f0f0f0f0f0f;
  const std::uint64_t is_letter = ((half_bytes + each * 6) >> 4U) & each;
  const std::uint64_t text =
      boost::endian::native_to_big(half_bytes + each * '0' + is_letter * ('a' - '0' - 10));
  std::memcpy(to, &text, sizeof text);
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
  std::array<char, 32> digits;
  write_digits(from.high >> 32U, digits.data());
  write_digits(from.high & low_bits(32), digits.data() + 8);
  write_digits(from.low >> 32U, digits.data() + 16);
  write_digits(from.low & low_bits(32), digits.data() + 24);
  const auto* next = digits.data();
  const auto group = [&](std::size_t count) {
    std::memcpy(to, next, count);
    to += count;
    next += count;
  };
  group(8);
  for (int i = 0; i < 3; ++i) {
    *to++ = '-';
    group(4);
  }
  *to++ = '-';
  group(12);
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
  std::uint8_t seen = 0;
  const char* next = text.data();
  for (std::size_t group = 0; group < group_digits.size(); ++group) {
    if (dashed && group > 0 && *next++ != '-') return std::nullopt;
    std::uint64_t& half = group < 3 ? read.high : read.low;
    for (const char* const end = next + group_digits[group]; next != end; ++next) {
      const auto value = hex_values[static_cast<unsigned char>(*next)];
      seen |= value;
      half = (half << 4U) | value;
    }
  }
  if (seen == no_digit) return std::nullopt;
  return read;
}

}  // namespace longpolld
