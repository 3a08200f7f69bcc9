#include "longpolld/words/quantity.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>
#include <span>

namespace longpolld {
namespace {

struct named_factor {
  std::string_view name;
  std::int64_t factor;
};

// Largest first; of times in milliseconds.
constexpr named_factor times[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr named_factor sizes[] = {{"GiB", 1LL << 30}, {"MiB", 1LL << 20}, {"KiB", 1LL << 10}};

std::span<const named_factor> units_of(unit in) {
  if (in == unit::count) return {};
  return in == unit::seconds ? std::span<const named_factor>(times) : sizes;
}

std::optional<std::int64_t> factor_of(std::string_view name, std::span<const named_factor> among) {
  const auto found = std::find_if(among.begin(), among.end(), [&](auto& one) { return one.name == name; });
  if (found == among.end()) return std::nullopt;
  return found->factor;
}

}  // namespace

std::optional<std::int64_t> milliseconds_in(std::string_view time_unit) {
  return factor_of(time_unit, times);
}

quantity read_quantity(std::string_view text, unit in) {
  const auto refused = [&](const std::string& why) -> quantity {
    return {0, '"' + std::string(text) + "\" " + why};
  };
  const bool has_sign = text.starts_with('-');
  const auto digits = std::find_if_not(text.begin() + (has_sign ? 1 : 0), text.end(), ascii::is_digit);
  const auto number = text.substr(0, static_cast<std::size_t>(digits - text.begin()));
  const auto rest = text.substr(number.size());
  const bool is_fraction = rest.size() > 1 && (rest[0] == '.' || rest[0] == ',') && ascii::is_digit(rest[1]);
  if (number.size() == (has_sign ? 1 : 0)) return refused("is not a number");
  if (is_fraction) {
    return refused(units_of(in).empty() ? "has a fraction"
                                        : "has a fraction; use a whole number of a smaller unit");
  }
  const auto value = whole_number<std::int64_t>(number, true);
  if (!value) return refused("is too large");
  if (rest.empty()) return {*value, {}};
  if (in == unit::count) return refused("is not a whole number");
  const auto factor = factor_of(rest, units_of(in));
  if (!factor) return refused("has no unit that fits");
  std::int64_t product = 0;
  if (__builtin_mul_overflow(*value, *factor, &product)) return refused("is too large");
  if (in != unit::seconds) return {product, {}};
  if (product % 1'000 != 0) return refused("is not a whole number of seconds");
  return {product / 1'000, {}};
}

std::string show_quantity(std::int64_t value, unit in) {
  if (value == 0 || in == unit::count) return std::to_string(value);
  if (in == unit::seconds) return std::to_string(value) + 's';
  for (const auto& one : sizes) {
    if (value % one.factor == 0) return std::to_string(value / one.factor) + std::string(one.name);
  }
  return std::to_string(value);
}

std::string allowed_quantity(unit in) {
  switch (in) {
    case unit::count:
      return "a whole number";
    case unit::seconds:
      return "a whole number of seconds, or one with ms, s, m or h as in 5m,";
    case unit::bytes:
      return "a whole number of bytes, or one with KiB, MiB or GiB as in 64KiB,";
    case unit::bytes_per_second:
      return "a whole number of bytes per second, or one with KiB, MiB or GiB as in 64KiB,";
  }
  return {};
}

}  // namespace longpolld
