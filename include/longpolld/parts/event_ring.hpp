#pragma once

#include "longpolld/words/event.hpp"

#include <boost/circular_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace longpolld {

/// The kept events of one category, oldest first, as pointers: the category's newest `cap` events less those
/// that expired, were dropped or were taken. It knows the last position ever seen and the last position that
/// was *lost*, so that a gap after a cursor is a comparison: `gap ⇔ lost().ordinal > cursor.ordinal`.
/// One thread. Grows with use. Ordinals within it
/// only leave holes where events were taken.
class event_ring {
 public:
  /// An empty ring of a category whose history so far ends at `start`; all up to there counts as lost.
  explicit event_ring(position start = {}) : last_(start), lost_(start) {}

  /// Appends the category's next event (its ordinal is `last().ordinal + 1`, or more after forgetting) and
  /// loses the oldest above `cap`. Returns the bytes that loss freed.
  std::size_t push(event_ptr next, std::size_t cap);

  /// Loses all events up to this ordinal. Returns bytes freed.
  std::size_t lose_through(std::uint64_t ordinal);

  /// Loses the oldest event if it was published at or before `edge`. Returns bytes freed, nothing if it is
  /// younger or there is none.
  std::optional<std::size_t> lose_expired(steady_time edge);

  /// Deletes the event of this ordinal without counting it as lost. Returns bytes freed.
  std::size_t take(std::uint64_t ordinal);

  /// Index of the first event with a greater ordinal; `size()` if none.
  [[nodiscard]] std::size_t after(std::uint64_t ordinal) const;
  /// Index of the first event with a timestamp of `ms` or later; `size()` if none.
  [[nodiscard]] std::size_t from_time(unix_ms ms) const;

  [[nodiscard]] const event_ptr& operator[](std::size_t index) const { return events_[index]; }
  [[nodiscard]] std::size_t size() const { return events_.size(); }
  [[nodiscard]] bool empty() const { return events_.empty(); }
  /// When the oldest event was published. Only of a ring that is not empty.
  [[nodiscard]] steady_time oldest() const { return events_.front()->published; }

  /// The last event's position, kept or not; the start if there was none.
  [[nodiscard]] position last() const { return last_; }
  /// The greatest position that was lost.
  [[nodiscard]] position lost() const { return lost_; }
  /// The position just before the event at `index`; at `size()` that is last().
  [[nodiscard]] position before(std::size_t index) const;
  /// Its ordinal alone, which needs no look at an event.
  [[nodiscard]] std::uint64_t ordinal_before(std::size_t index) const;

 private:
  std::size_t pop();
  void emptied();
  /// Whether the ordinals have no hole, so that a place is a subtraction.
  [[nodiscard]] bool is_dense() const { return taken_ == 0; }

  boost::circular_buffer<event_ptr> events_;
  position last_;
  position lost_;
  std::size_t taken_ = 0;  // holes since the ring was last empty
};

}  // namespace longpolld
