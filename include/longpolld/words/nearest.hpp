#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace longpolld {

/// How many letters must be put in, left out, replaced or swapped with their neighbour to make one of the
/// other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The word that `wrong` is most likely a slip of: the nearest, the first of those equally near; nothing when
/// more than a third of its letters, or more than three, would have to change.
[[nodiscard]] std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string> among);

/// "; did you mean threads?", or nothing to say.
[[nodiscard]] std::string did_you_mean(std::string_view wrong, std::span<const std::string> among);

}  // namespace longpolld
