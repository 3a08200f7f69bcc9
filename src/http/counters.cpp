#include "longpolld/http/counters.hpp"

namespace longpolld {
namespace {

constexpr counter table[] = {
    {"connections", &totals::connections, "longpolld_connections", true, "open connections"},
    {"parked_polls", &totals::parked_polls, "longpolld_parked_polls", true, "polls that wait for an event"},
    {"categories", &totals::categories, "longpolld_categories", true,
     "categories whose history is remembered"},
    {"buffer_bytes", &totals::buffer_bytes, "longpolld_buffer_bytes", true,
     "bytes of all kept events, as max_buffer_bytes counts them"},
    {"categories_with_events", &totals::categories_with_events, "longpolld_categories_with_events", true,
     "categories that have events"},
    {"events_published", &totals::events_published, "longpolld_events_published_total", false,
     "events accepted since the start"},
    {"events_evicted", &totals::events_evicted, "longpolld_events_evicted_total", false,
     "events dropped for max_event_buffer_size since the start"},
    {"events_expired", &totals::events_expired, "longpolld_events_expired_total", false,
     "events dropped for event_time_to_live_seconds since the start"},
    {"events_dropped", &totals::events_dropped, "longpolld_events_dropped_total", false,
     "events dropped for max_buffer_bytes since the start"},
    {"events_purged", &totals::events_purged, "longpolld_events_purged_total", false,
     "events purged since the start"},
    {"categories_dropped", &totals::categories_dropped, "longpolld_categories_dropped_total", false,
     "times a category lost its events to max_buffer_bytes since the start"},
    {"categories_forgotten", &totals::categories_forgotten, "longpolld_categories_forgotten_total", false,
     "categories forgotten for max_categories since the start"},
    {"request_bytes", &totals::request_bytes, "longpolld_request_bytes", true,
     "bytes held of requests that are incomplete or wait for their turn"},
    {"reply_bytes", &totals::reply_bytes, "longpolld_reply_bytes", true,
     "bytes of replies that their readers have not taken yet"},
};

}  // namespace

std::span<const counter> counters() { return table; }

totals read_totals(event_log& log, const shared_limits& shared, std::size_t parked) {
  const auto kept = log.count();
  const auto number = [](auto of) { return static_cast<std::int64_t>(of); };
  return {.connections = shared.connections,
          .parked_polls = number(parked),
          .categories = number(kept.categories),
          .categories_with_events = number(kept.with_events),
          .buffer_bytes = number(kept.buffer_bytes),
          .events_published = number(kept.published),
          .events_evicted = number(kept.evicted_events),
          .events_expired = number(kept.expired_events),
          .events_dropped = number(kept.dropped_events),
          .events_purged = number(kept.purged_events),
          .categories_dropped = number(kept.dropped_categories),
          .categories_forgotten = number(kept.forgotten_categories),
          .request_bytes = shared.request_bytes.now(),
          .reply_bytes = shared.replies.bytes.now()};
}

}  // namespace longpolld
