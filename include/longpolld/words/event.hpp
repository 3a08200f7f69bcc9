#pragma once

#include "longpolld/words/moment.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace longpolld {

/// A category's name, shared by its events and by every table that knows the category.
using category_name = std::shared_ptr<const std::string>;

/// A place in the history of one category. Ordinals count its events 1, 2, 3 … without a hole, so a missing
/// event is a missing number; `ms` is the event's timestamp. Ordinal 0 stands before the first event.
struct position {
  unix_ms ms = 0;
  std::uint64_t ordinal = 0;

  friend bool operator==(const position&, const position&) = default;
};

/// One published event, numbered by the event_log and immutable from then on; shared by pointer between
/// all shards. Only `claimed` changes: with delete_event_after_first_retrieval the reply that sets it first
/// owns the event.
struct event {
  category_name category;
  position at;
  steady_time published{};
  /// `{"timestamp":…,"category":…,"data":…,"id":…}`, rendered once; it begins at `text_begin`, behind a
  /// comma.
  std::string text;
  std::size_t text_begin = 0;
  mutable std::atomic<bool> claimed{false};

  /// The JSON fragment that replies carry.
  [[nodiscard]] std::string_view json() const { return std::string_view(text).substr(text_begin); }
  [[nodiscard]] std::string_view json_after_comma() const {
    return std::string_view(text).substr(text_begin - 1);
  }

  /// Bytes charged to `max_buffer_bytes`: the text and what is allocated around it.
  [[nodiscard]] std::size_t cost_bytes() const { return text.size() + sizeof(event) + 64; }
};

using event_ptr = std::shared_ptr<const event>;

/// One step of the one history that every shard replays in the same order.
struct log_entry {
  enum class kind : std::uint8_t {
    published,  ///< `what` is a new event; `at` is the category's last position before it
    taken,      ///< the event at `at` was retrieved and is deleted by option
    dropped,    ///< the byte budget took the category's events up to `at`
    forgotten,  ///< the category's history is gone; `at` is the floor it raised
  };
  kind is = kind::published;
  category_name category;
  position at;
  event_ptr what;
};

}  // namespace longpolld
