#pragma once

#include "longpolld/http/shared_limits.hpp"
#include "longpolld/thread/event_log.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace longpolld {

/// What the daemon counts, read at one time.
struct totals {
  std::int64_t connections = 0;
  std::int64_t parked_polls = 0;
  std::int64_t categories = 0;
  std::int64_t buffer_bytes = 0;
  std::int64_t events_published = 0;
  std::int64_t events_dropped = 0;
  std::int64_t categories_dropped = 0;
  std::int64_t categories_forgotten = 0;
  std::int64_t request_bytes = 0;
  std::int64_t reply_bytes = 0;
};

/// One of them: what it is called wherever it is shown, and what it means.
struct counter {
  std::string_view name;
  std::int64_t totals::*value;
  std::string_view help;
};

/// All of them, in the order in which they are shown.
[[nodiscard]] std::span<const counter> counters();

/// `parked`: polls of all shards together, which only they know. Any thread.
[[nodiscard]] totals read_totals(event_log& log, const shared_limits& shared, std::size_t parked);

}  // namespace longpolld
