#pragma once

#include "longpolld/words/moment.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>

namespace longpolld {

/// A place in the history of one category. Ordinals count its events 1, 2, 3 … without a hole, so a missing
/// event is a missing number; `ms` is the event's timestamp. Ordinal 0 stands before the first event.
struct position {
  unix_ms ms = 0;
  std::uint64_t ordinal = 0;

  friend bool operator==(const position&, const position&) = default;
};

/// One published event: numbered once by the history, immutable from then on, shared by pointer between all
/// threads. Its text lies behind it in the same allocation, since a full buffer touches one cold event for
/// each new one.
class event {
 public:
  position at;
  steady_time published{};

  /// Returns an event with room for this many bytes of text, all blank.
  static boost::intrusive_ptr<event> make(std::size_t text_bytes) {
    void* memory = ::operator new(sizeof(event) + text_bytes);
    return boost::intrusive_ptr<event>(new (memory) event(text_bytes));
  }
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  /// The text while it is written. Its JSON begins at `begin`, behind a comma.
  [[nodiscard]] std::span<char> text() { return {reinterpret_cast<char*>(this + 1), text_bytes_}; }
  void begin_json_at(std::size_t begin) { json_begin_ = static_cast<std::uint32_t>(begin); }

  /// `{"timestamp":…,"category":…,"data":…,"id":…}`, rendered once: the JSON fragment that replies carry.
  [[nodiscard]] std::string_view json() const { return all().substr(json_begin_); }
  [[nodiscard]] std::string_view json_after_comma() const { return all().substr(json_begin_ - 1); }

  /// With deletion after the first retrieval: whether a poll was given it. Only inside the log's critical
  /// section.
  [[nodiscard]] bool is_given() const { return is_given_; }
  void give() const { is_given_ = true; }

  /// Bytes charged to `max_buffer_bytes`: the text and what is allocated around it.
  [[nodiscard]] std::size_t cost_bytes() const { return text_bytes_ + sizeof(event) + 64; }

  /// One more reply in flight refers to it, or one fewer; true for the first, and for the last. Any thread.
  bool pin() const { return pins_.fetch_add(1, std::memory_order_relaxed) == 0; }
  bool unpin() const { return pins_.fetch_sub(1, std::memory_order_relaxed) == 1; }

 private:
  friend class discarded_events;

  explicit event(std::size_t text_bytes) : text_bytes_(static_cast<std::uint32_t>(text_bytes)) {
    std::fill_n(text().data(), text_bytes, ' ');
  }
  ~event() = default;

  [[nodiscard]] std::string_view all() const {
    return {reinterpret_cast<const char*>(this + 1), text_bytes_};
  }

  friend void intrusive_ptr_add_ref(const event* one) {
    one->references_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const event* one) {
    if (one->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    one->~event();
    ::operator delete(const_cast<event*>(one));
  }

  mutable const event* next_discarded_ = nullptr;
  mutable std::atomic<std::uint32_t> references_{0};
  mutable std::atomic<std::uint32_t> pins_{0};
  std::uint32_t text_bytes_;
  std::uint32_t json_begin_ = 1;
  mutable bool is_given_ = false;
};

using event_ptr = boost::intrusive_ptr<const event>;

}  // namespace longpolld
