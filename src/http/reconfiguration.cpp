#include "longpolld/http/reconfiguration.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace longpolld {

reconfiguration::reconfiguration(const config& before, const access_rules& rules_before,
                                 std::shared_ptr<const config> next,
                                 std::shared_ptr<const access_rules> rules_next,
                                 std::shared_ptr<const tls_context> tls_next)
    : limits(std::move(next)),
      rules(std::move(rules_next)),
      tls(std::move(tls_next)),
      sources_(carried_over(rules_before, *rules)) {
  const auto& allowed = limits->cors_allow_origins;
  for (const auto& one : before.cors_allow_origins) {
    const auto found = std::find(allowed.begin(), allowed.end(), one);
    origins_.push_back(found == allowed.end() ? std::int16_t{-1}
                                              : static_cast<std::int16_t>(found - allowed.begin()));
  }
  // Where credentials may stand no more, or whose pages may send cookies, all who have shown some ask again.
  const bool is_less = (!before.token_cookie.empty() && before.token_cookie != limits->token_cookie) ||
                       (before.token_in_query && !limits->token_in_query) ||
                       std::find(origins_.begin(), origins_.end(), -1) != origins_.end();
  if (is_less) std::fill(sources_.begin() + 1, sources_.end(), std::nullopt);
}

std::optional<rights_source> reconfiguration::carried(rights_source before) const {
  assert(before < sources_.size());
  return sources_[before];
}

std::int16_t reconfiguration::origin(std::int16_t before) const {
  return before < 0 ? before : origins_[static_cast<std::size_t>(before)];
}

}  // namespace longpolld
