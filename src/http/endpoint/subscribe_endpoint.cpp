#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/parts/query.hpp"

namespace longpolld {

std::optional<reply> subscribe_endpoint(const exchange& one) {
  auto& home = one.home;
  const auto query = parse_query(one.asked.query, home.limits());
  if (!query) return reply::failure(query.error());
  reply made;
  if (one.asked.method == request::verb::head) {
    made.body = home.core().peek(*query);
    return made;
  }
  const auto answer = home.core().subscribe(one.as_poll(), *query);
  if (!answer) return reply::failure(answer.error());
  if (!*answer) {
    const auto full = home.shared().park(one.client, query->categories.size());
    if (!full) return std::nullopt;
    home.core().leave(one.as_poll());
    return reply::failure(*full);
  }
  made.body = *answer;
  return made;
}

}  // namespace longpolld
