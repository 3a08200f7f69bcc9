#pragma once

#include "longpolld/parts/deadline_wheel.hpp"
#include "longpolld/parts/reply_body.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>

namespace longpolld {

class poll;
struct waiting_list;

/// A poll's place in one waiting list.
struct seat : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  poll* owner = nullptr;
  waiting_list* in = nullptr;
  std::uint64_t from = 0;  ///< the ordinal up to which the poll has seen the category
};
using seat_list = boost::intrusive::list<seat, boost::intrusive::constant_time_size<false>>;

/// A subscriber's request while it waits: nothing, parked, or due. It holds no buffer and no timer. It is a
/// base of what owns the connection; the hub links it and never owns it. Thread: its hub's.
class poll : public deadline {
 public:
  poll() = default;
  poll(const poll&) = delete;
  poll& operator=(const poll&) = delete;

  /// The poll has ended with this reply. It is linked nowhere any more and may be parked again.
  virtual void wake(const body_ptr& body) = 0;

  [[nodiscard]] bool is_parked() const { return seat_count_ != 0; }
  /// Categories it is parked on.
  [[nodiscard]] std::uint8_t seats() const { return seat_count_; }
  /// Its reply is rendered and wake() is about to be called.
  [[nodiscard]] bool is_due() const { return is_due_; }
  /// Whether a shared cache may give the reply that it ended with to others who ask the same.
  [[nodiscard]] bool is_cacheable() const { return cacheable_ != uncacheable; }

 protected:
  ~poll() = default;

 private:
  friend class hub;

  seat first_;
  std::unique_ptr<seat[]> others_;  // of a poll on several categories, all but the first
  std::uint32_t gaps_ = 0;          // bit i: something after the cursor of category i is no longer kept
  std::uint8_t seat_count_ = 0;
  std::uint8_t warning_ = 0;  // a reply_warning
  bool is_due_ = false;
  // Whether a shared cache may keep its reply; if a timeout too, a cursor_suffixes::span.
  static constexpr std::uint8_t uncacheable = 0, only_events = 1;
  std::uint8_t cacheable_ = uncacheable;
};

}  // namespace longpolld
