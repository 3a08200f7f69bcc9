#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace longpolld {

/// Reads a whole number of decimal digits and nothing else; with a sign only where `Number` has one and
/// `signed_too`. Nothing when it is none, or does not fit.
template <class Number>
[[nodiscard]] std::optional<Number> whole_number(std::string_view text, bool signed_too = false) {
  Number number = 0;
  const auto* end = text.data() + text.size();
  const bool begins_well =
      !text.empty() && ((text.front() >= '0' && text.front() <= '9') || (signed_too && text.front() == '-'));
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  if (!begins_well || failed != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace longpolld
