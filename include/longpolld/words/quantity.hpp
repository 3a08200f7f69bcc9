#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// What the number of an option counts.
enum class unit : std::uint8_t { count, seconds, bytes, bytes_per_second };

/// What a text says, or why it says nothing.
struct quantity {
  std::int64_t value = 0;
  std::string fault;  ///< empty when there is a value; meant for the user
};

/// Reads a whole number that counts `in`. Times may have a unit behind them (ms, s, m, h), sizes too (KiB,
/// MiB, GiB): "5m" is 300 seconds. A fault is what is neither, has a fraction, is not a whole number of `in`,
/// or does not fit.
[[nodiscard]] quantity read_quantity(std::string_view text, unit in);

/// With the largest unit of its sizes that leaves it a whole number, and with s where it is a time: "256MiB",
/// "90s".
[[nodiscard]] std::string show_quantity(std::int64_t value, unit in);

/// "a whole number of seconds, or one with ms, s, m or h as in 5m".
[[nodiscard]] std::string allowed_quantity(unit in);

/// How many milliseconds one of a time's unit has; nothing when there is no such unit.
[[nodiscard]] std::optional<std::int64_t> milliseconds_in(std::string_view time_unit);

}  // namespace longpolld
