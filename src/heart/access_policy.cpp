#include "longpolld/heart/access_policy.hpp"

#include <algorithm>

namespace longpolld {
namespace {

using patterns = std::vector<category_pattern>;

patterns bound_patterns(const patterns& all, const claim_values& of) {
  patterns made;
  for (const auto& one : all) {
    if (!one.has_claims()) {
      made.push_back(one);
    } else if (auto filled = one.bound(of)) {
      made.push_back(std::move(*filled));
    }
  }
  return made;
}

bool has_all(const patterns& in, const patterns& of) {
  return std::all_of(of.begin(), of.end(),
                     [&](const auto& one) { return std::find(in.begin(), in.end(), one) != in.end(); });
}

}  // namespace

bool rights::allow(right what, std::string_view category) const { return any_matches(of(what), category); }

rights rights::bound(const claim_values& of) const {
  return {bound_patterns(subscribe, of), bound_patterns(publish, of)};
}

bool rights::include(const rights& other) const {
  return has_all(subscribe, other.subscribe) && has_all(publish, other.publish);
}

std::optional<std::string_view> first_refused(const rights& who, const rights& everyone, right what,
                                              std::span<const std::string_view> categories) {
  const auto refused = std::find_if(categories.begin(), categories.end(), [&](std::string_view one) {
    return !who.allow(what, one) && !everyone.allow(what, one);
  });
  if (refused == categories.end()) return std::nullopt;
  return *refused;
}

}  // namespace longpolld
