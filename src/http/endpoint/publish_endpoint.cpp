#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/parts/wire.hpp"

namespace longpolld {

response publish_endpoint(std::string_view body, http_shard& home, client_key client) {
  const auto read = wire::parse_publish(body, home.limits());
  if (!read) return response::failure(read.error());
  auto& addresses = home.shared().addresses;
  if (const auto wait = addresses.publish(client, read->events.size(), home.of().now().steady); wait > 0) {
    auto why = beyond(429, "this address publishes faster than", &config::max_events_per_second_per_address,
                      home.limits());
    why.retry_after_seconds = wait;
    return response::failure(why);
  }
  const auto ids = home.of().publish(read->events);
  if (!ids) return response::failure(ids.error());
  return response::json(wire::published(*ids, read->is_array));
}

}  // namespace longpolld
