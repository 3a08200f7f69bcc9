#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/parts/wire.hpp"

namespace longpolld {

std::optional<reply> publish_endpoint(const exchange& one) {
  auto& home = one.home;
  const auto read = wire::parse_publish(one.body, home.limits());
  if (!read) return reply::failure(read.error());
  auto& addresses = home.shared().addresses;
  const auto now = home.core().now().steady;
  if (const auto wait = addresses.publish(one.client, read->events.size(), now); wait > 0) {
    auto why = beyond(429, "this address publishes faster than", &config::max_events_per_second_per_address,
                      home.limits());
    why.retry_after_seconds = wait;
    return reply::failure(why);
  }
  const auto ids = home.core().publish(read->events);
  if (!ids) return reply::failure(ids.error());
  return reply::json(wire::published(*ids, read->is_array));
}

}  // namespace longpolld
