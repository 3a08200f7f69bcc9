#include "longpolld/http/counters.hpp"

namespace longpolld {
namespace {

constexpr counter table[] = {
    {"connections", &totals::connections, "open connections"},
    {"parked_polls", &totals::parked_polls, "polls that wait for an event"},
    {"categories", &totals::categories, "categories whose history is remembered"},
    {"buffer_bytes", &totals::buffer_bytes, "bytes of all kept events, as max_buffer_bytes counts them"},
    {"events_published", &totals::events_published, "events accepted since the start"},
    {"events_dropped", &totals::events_dropped, "events dropped for max_buffer_bytes since the start"},
    {"categories_dropped", &totals::categories_dropped,
     "times a category lost its events to max_buffer_bytes since the start"},
    {"categories_forgotten", &totals::categories_forgotten,
     "categories forgotten for max_categories since the start"},
    {"request_bytes", &totals::request_bytes,
     "bytes held of requests that are incomplete or wait for their turn"},
    {"reply_bytes", &totals::reply_bytes, "bytes of replies that their readers have not taken yet"},
};

}  // namespace

std::span<const counter> counters() { return table; }

totals read_totals(event_log& log, const shared_limits& shared, std::size_t parked) {
  const auto kept = log.count();
  const auto number = [](auto of) { return static_cast<std::int64_t>(of); };
  return {.connections = shared.connections,
          .parked_polls = number(parked),
          .categories = number(kept.categories),
          .buffer_bytes = number(kept.buffer_bytes),
          .events_published = number(kept.published),
          .events_dropped = number(kept.dropped_events),
          .categories_dropped = number(kept.dropped_categories),
          .categories_forgotten = number(kept.forgotten_categories),
          .request_bytes = shared.request_bytes.now(),
          .reply_bytes = shared.replies.bytes.now()};
}

}  // namespace longpolld
