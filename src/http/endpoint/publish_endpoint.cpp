#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/parts/query.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/words/log.hpp"

namespace longpolld {
namespace {

/// With a category in the query the body is its data, else it names the categories itself.
outcome<wire::publish_request> read_request(const exchange& one) {
  const auto& limits = one.home.limits();
  auto category = publish_category(one.asked.query);
  if (!category) return category.error();
  if (!*category) return wire::parse_publish(one.body, limits);
  auto data = wire::parse_data(std::move(**category), one.asked.content_type, one.body, limits);
  if (!data) return data.error();
  wire::publish_request read;
  read.events.push_back(std::move(*data));
  return read;
}

/// Whom a proxy lets through may publish, as the operator may not know: said once.
void tell_of_outsider(const exchange& one) {
  const bool is_outsider = one.proxy != 0 && one.client != 0 && !is_loopback(one.client);
  if (!is_outsider || !one.home.limits().publish_listen.empty()) return;
  if (one.home.shared().told_of_outsider.exchange(true)) return;
  log::warn(
      "a client publishes through the proxy, and so may everyone; restrict it there, or set publish_listen",
      {{"client", to_text(one.client)}, {"proxy", to_text(one.proxy)}});
}

}  // namespace

std::optional<reply> publish_endpoint(const exchange& one) {
  auto& home = one.home;
  auto read = read_request(one);
  if (!read) return reply::failure(read.error());
  auto& addresses = home.shared().addresses;
  const auto now = home.core().now().steady;
  if (const auto wait = addresses.publish(one.client, read->events.size(), now); wait > 0) {
    auto why = beyond(429, "this address publishes faster than", &config::max_events_per_second_per_address,
                      home.limits());
    why.retry_after_seconds = wait;
    return reply::failure(why);
  }
  tell_of_outsider(one);
  const auto ids = home.core().publish(read->events);
  if (!ids) return reply::failure(ids.error());
  return reply::json(wire::published(*ids, read->is_array));
}

}  // namespace longpolld
