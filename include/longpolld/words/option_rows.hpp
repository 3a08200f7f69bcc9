#pragma once

#include "longpolld/words/config.hpp"

#include <span>
#include <type_traits>

namespace longpolld {

/// How the table of options reaches a member of an enum type.
template <auto Member>
constexpr choice choice_of{[](const config& of) { return static_cast<std::size_t>(of.*Member); },
                           [](config& of, std::size_t index) {
                             of.*Member = static_cast<std::remove_reference_t<decltype(of.*Member)>>(index);
                           }};

inline constexpr bool reloads = true;
inline constexpr config::number option_day = 86'400;
inline constexpr config::number option_gib = 1LL << 30;

/// Rows of the table: where what was published is kept.
[[nodiscard]] std::span<const option> store_options();

}  // namespace longpolld
