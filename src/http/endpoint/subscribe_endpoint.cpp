#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/parts/query.hpp"

namespace longpolld {

std::optional<response> subscribe_endpoint(const request& from, http_shard& home, poll& one,
                                           client_key client) {
  const auto query = parse_query(from.query, home.limits());
  if (!query) return response::failure(query.error());
  response made;
  if (from.method == request::verb::head) {
    made.body = home.of().peek(*query);
    return made;
  }
  const auto answer = home.of().subscribe(one, *query);
  if (!answer) return response::failure(answer.error());
  if (!*answer) {
    const auto full = home.shared().park(client, query->categories.size());
    if (!full) return std::nullopt;
    home.of().leave(one);
    return response::failure(*full);
  }
  made.body = *answer;
  return made;
}

}  // namespace longpolld
