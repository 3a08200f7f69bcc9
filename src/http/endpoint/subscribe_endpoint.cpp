#include "longpolld/http/access/hook_wait.hpp"
#include "longpolld/http/access/permission.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/endpoint/fetch_wait.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/parts/query.hpp"

#include <algorithm>

namespace longpolld {

std::optional<reply> subscribe_endpoint(const exchange& one) {
  auto& home = one.home;
  auto query = parse_query(one.asked.query, home.limits());
  if (!query) return reply::failure(query.error());
  auto found = find_permit(one, right::subscribe, {query->categories.begin(), query->categories.end()});
  if (auto* refused = std::get_if<reply>(&found)) return std::move(*refused);
  if (auto* about = std::get_if<hook_question>(&found)) return ask_hook(one, std::move(*about));
  const auto& permitted = std::get<permit>(found);
  const std::chrono::milliseconds left(permitted.expires - home.core().now().wall);
  const auto without_event = left < query->timeout ? poll_end::token_expired : poll_end::timeout;
  query->timeout = std::min(query->timeout, left);
  const auto& keeps = home.pool().keeps();
  if (keeps.current_state() == store::state::loading) {
    return reply::failure({503, std::string(keeps.trouble())});
  }
  // A HEAD is answered by how things are now.
  const auto caches = home.cache_control();
  if (!caches.empty() && one.asked.method == request::verb::get && is_for_anyone(one, permitted)) {
    query->replies = cacheable_of(*query, home.core().now().wall);
  }
  reply made;
  if (one.asked.method == request::verb::head) {
    made.body = home.core().peek(*query, one.fetches > 0);
    if (!made.body) return fetch(one, *query);
    return made;
  }
  const auto answer = home.core().subscribe(one.as_poll(), *query, one.fetches > 0);
  if (!answer) return reply::failure(answer.error());
  if (!*answer && !one.as_poll().is_parked()) return fetch(one, *query);
  if (!*answer) {
    const auto full = home.shared().park(one.client, query->categories.size());
    if (!full) {
      one.parked_by(permitted.source, without_event);
      return std::nullopt;
    }
    home.core().leave(one.as_poll());
    return reply::failure(*full);
  }
  made.body = *answer;
  if (query->replies != cacheable::none) made.let_caches_keep(caches);
  return made;
}

}  // namespace longpolld
