#include "longpolld/http/endpoints.hpp"
#include "longpolld/parts/query.hpp"

namespace longpolld {

std::optional<response> subscribe_endpoint(const request& from, http_shard& home, poll& one) {
  const auto query = parse_query(from.query, home.limits());
  if (!query) return response::failure(query.error());
  response made;
  if (from.method == request::verb::head) {
    made.body = home.of().peek(*query);
    return made;
  }
  if (!home.may_park()) {
    return response::failure({503, "no room for another parked poll: max_parked_polls = " +
                                       std::to_string(home.limits().max_parked_polls)});
  }
  made.body = home.of().subscribe(one, *query);
  if (!made.body) return std::nullopt;
  return made;
}

}  // namespace longpolld
