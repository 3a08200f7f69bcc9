#pragma once

#include "longpolld/words/event.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace longpolld {

class discarded_events;

/// The kept events of one category, oldest first, as pointers. It knows the last position ever numbered and
/// the last position that was *lost* (evicted, expired or dropped), so that a gap after a cursor is a
/// comparison: `gap ⇔ lost().ordinal > cursor.ordinal`. An event that was *taken* is gone, but not lost.
/// Grows and shrinks with use and holds no memory while it is empty. Removing at the front moves nothing, but
/// for shrinking now and then.
/// Thread: one at a time.
class event_ring {
 public:
  /// An empty ring of a category whose history so far ends at `start`; everything up to there counts as lost.
  explicit event_ring(position start = {}) : last_(start), lost_(start) {}
  event_ring(event_ring&& other) noexcept;
  event_ring& operator=(event_ring&&) = delete;
  void swap(event_ring& other) noexcept;

  /// Makes room for so many more events, so that as many push() cannot fail. Throws std::bad_alloc.
  void reserve(std::size_t more = 1);
  /// Appends the category's next event. Precondition: reserve(), and a greater ordinal than last().
  void push(event_ptr next) noexcept;
  /// Takes over what `from` has behind last(). Precondition: reserve() of as many.
  void push_newer(event_ring& from) noexcept;

  /// What was known of it before a restart: the last position numbered, and the greatest ordinal that is
  /// missing, 0 for none. Events before that one stay.
  void go_on_from(const position& last, std::uint64_t missing) noexcept;

  /// Lets go of the `count` oldest events, which are kept elsewhere: they are not lost, and not here. Returns
  /// the bytes freed.
  std::size_t let_go(std::size_t count, discarded_events& into) noexcept;
  /// The ordinal after which all that is kept anywhere is here; 0 when nothing was let go of.
  [[nodiscard]] std::uint64_t whole_after() const;

  /// Loses the `count` oldest events. Returns the bytes freed.
  std::size_t lose(std::size_t count, discarded_events& into) noexcept;
  /// Loses all events at once. Returns the bytes freed.
  std::size_t lose_all(discarded_events& into) noexcept;
  /// Removes `count` events from `begin` on without counting them as lost; costs at most moving the pointers
  /// of the shorter side. Returns the bytes freed.
  std::size_t take(std::size_t begin, std::size_t count, discarded_events& into) noexcept;

  /// Index of the first event with a greater ordinal; `size()` if none.
  [[nodiscard]] std::size_t after(std::uint64_t ordinal) const;
  /// Index of the first event with a timestamp of `ms` or later; `size()` if none.
  [[nodiscard]] std::size_t from_time(unix_ms ms) const;
  /// Index of the first event published after `edge`; `size()` if none.
  [[nodiscard]] std::size_t published_after(steady_time edge) const;

  [[nodiscard]] const event_ptr& operator[](std::size_t index) const { return slots_[slot(index)]; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// Bytes of its events, as they are charged.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Places for events it holds memory for.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  /// When the oldest event was published. Precondition: not empty.
  [[nodiscard]] steady_time oldest() const { return (*this)[0]->published; }

  /// The position of the last event numbered, kept or not; the start if there was none.
  [[nodiscard]] position last() const { return last_; }
  /// The greatest position that was lost.
  [[nodiscard]] position lost() const { return lost_; }
  /// Whether that is the position of an event that was here, so that its time is that of its ordinal.
  [[nodiscard]] bool has_lost_event() const { return has_lost_event_; }
  /// The position just before the event at `index`; at `size()` that is last().
  [[nodiscard]] position before(std::size_t index) const;

 private:
  [[nodiscard]] std::size_t slot(std::size_t index) const { return (first_ + index) & (capacity_ - 1U); }
  template <class Test>
  [[nodiscard]] std::size_t first_that(Test test) const;
  void shrink() noexcept;
  void lose_until(const position& at) noexcept;
  void move_to(std::unique_ptr<event_ptr[]> slots, std::uint32_t capacity) noexcept;

  std::unique_ptr<event_ptr[]> slots_;
  std::uint32_t capacity_ = 0;  // a power of two, or 0
  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  bool is_dense_ = true;     // the ordinals have no hole, so that a place is a subtraction
  bool is_partial_ = false;  // what is before the first one may be kept elsewhere
  bool has_lost_event_ = false;
  std::size_t bytes_ = 0;
  unix_ms let_go_ms_ = 0;  // of the last one that was let go of
  position last_;
  position lost_;
};

/// Events that have left the history, kept until they can be freed outside the log's critical section.
/// Thread: one at a time.
class discarded_events {
 public:
  discarded_events() = default;
  ~discarded_events();
  discarded_events(const discarded_events&) = delete;
  discarded_events& operator=(const discarded_events&) = delete;

  /// Precondition: the event was not discarded before.
  void add(event_ptr one) noexcept;
  /// Takes over a whole ring; without memory for that its events are freed at once.
  void add(event_ring all) noexcept;

 private:
  const event* first_ = nullptr;
  std::vector<event_ring> rings_;
};

}  // namespace longpolld
