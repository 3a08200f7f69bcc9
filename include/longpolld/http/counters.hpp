#pragma once

#include "longpolld/http/shared_limits.hpp"
#include "longpolld/thread/event_log.hpp"
#include "longpolld/thread/gather.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace longpolld {

/// What the daemon counts, read at one time.
struct totals {
  std::int64_t connections = 0;
  std::int64_t parked_polls = 0;
  std::int64_t categories = 0;
  std::int64_t categories_with_events = 0;
  std::int64_t buffer_bytes = 0;
  std::int64_t events_published = 0;
  std::int64_t events_evicted = 0;
  std::int64_t events_expired = 0;
  std::int64_t events_dropped = 0;
  std::int64_t events_purged = 0;
  std::int64_t categories_dropped = 0;
  std::int64_t categories_forgotten = 0;
  std::int64_t request_bytes = 0;
  std::int64_t reply_bytes = 0;
};

/// One of them: what it is called in logs and by /demo/status, and among metrics, and what it means.
struct counter {
  std::string_view name;
  std::int64_t totals::*value;
  std::string_view metric_name;
  bool falls;  ///< it is a number of things there are, not a count of what has been
  std::string_view help;
};

/// All of them, in the order in which they are shown.
[[nodiscard]] std::span<const counter> counters();

/// `parked`: polls of all shards together, which only they know. Any thread.
[[nodiscard]] totals read_totals(event_log& log, const shared_limits& shared, std::size_t parked);

/// Calls `done(polls)` with the polls parked on all shards together, as gather() does.
template <class Done>
void gather_parked(shard_pool& pool, boost::asio::io_context& asker, Done done) {
  const auto parked_on = [](shard& of) noexcept { return of.parked(); };
  gather(pool, asker, parked_on, [done = std::move(done)](const std::vector<std::size_t>& parts) mutable {
    done(std::accumulate(parts.begin(), parts.end(), std::size_t{0}));
  });
}

/// Calls `done(totals)`, as gather() does.
template <class Done>
void gather_totals(shard_pool& pool, const shared_limits& shared, boost::asio::io_context& asker, Done done) {
  gather_parked(pool, asker, [&pool, &shared, done = std::move(done)](std::size_t parked) mutable {
    done(read_totals(pool.log(), shared, parked));
  });
}

}  // namespace longpolld
