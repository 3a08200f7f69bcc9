#include "longpolld/words/nearest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace longpolld {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Row i holds the distances of a's first i letters to each beginning of b; the last three rows are kept.
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, row);
  }
  return last[b.size()];
}

std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string> among) {
  constexpr std::size_t slips_max = 3;
  std::size_t most = std::min(slips_max, wrong.size() / 3);
  std::optional<std::string> found;
  for (const auto& one : among) {
    const auto longer = std::max(one.size(), wrong.size()), shorter = std::min(one.size(), wrong.size());
    if (longer - shorter > most) continue;  // at least as many letters are too many or missing
    const auto distance = edit_distance(wrong, one);
    if (distance > most || (found && distance == most)) continue;
    most = distance;
    found = one;
  }
  return found;
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string> among) {
  const auto found = nearest(wrong, among);
  return found ? "; did you mean " + *found + '?' : std::string();
}

}  // namespace longpolld
