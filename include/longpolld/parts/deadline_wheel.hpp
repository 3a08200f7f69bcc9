#pragma once

#include "longpolld/words/moment.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace longpolld {

/// A member of whatever has a deadline. Leaves its wheel when destroyed.
class deadline
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  [[nodiscard]] bool armed() const { return tick_ != never; }
  void disarm() { tick_ = never; }

 private:
  friend class deadline_wheel;
  static constexpr auto never = std::numeric_limits<std::int64_t>::max();

  std::int64_t tick_ = never;  // when it is due
  std::int64_t filed_ = 0;     // while it is linked: the tick whose slot it is in, never a later one
};

/// A hashed timing wheel (Varghese and Lauck 1987): arming and disarming are constant time and allocate
/// nothing, however many deadlines there are. Fires never early and at most one tick late by itself.
/// A deadline that is disarmed or put off stays in its slot and is looked at when that comes: a poll that is
/// parked and woken a thousand times a minute never touches its neighbours.
/// One thread; time is an argument.
class deadline_wheel {
 public:
  static constexpr std::chrono::milliseconds tick{16};

  deadline_wheel() = default;
  ~deadline_wheel();
  deadline_wheel(const deadline_wheel&) = delete;
  deadline_wheel& operator=(const deadline_wheel&) = delete;

  /// Arms `one` to be due at `at`, moving it when it was armed before.
  void arm(deadline& one, steady_time at);

  /// Takes out one deadline that is due by `now`, in no order within a tick; null when there is none. Linear:
  /// calls until there is none look at each deadline of the ticks that have passed once or twice, however
  /// many calls that takes.
  [[nodiscard]] deadline* pop_due(steady_time now);

  /// Takes out any one deadline, due or not; null when none is armed.
  [[nodiscard]] deadline* pop_any();

  /// When to look again: no deadline is due earlier. Nothing when there is nothing to look at.
  [[nodiscard]] std::optional<steady_time> next() const;

  /// How many deadlines pop_due() has looked at so far: its work.
  [[nodiscard]] std::uint64_t looked_at() const { return looked_at_; }

 private:
  static constexpr std::size_t slots = 8192;  // 131 s a turn: longer deadlines wait for a later turn
  using slot_list = boost::intrusive::list<deadline, boost::intrusive::constant_time_size<false>>;

  static std::int64_t tick_of(steady_time at);
  slot_list& slot_of(std::int64_t tick_number) {
    return slots_[static_cast<std::size_t>(tick_number) % slots];
  }
  void file(deadline& one);

  std::array<slot_list, slots> slots_;
  slot_list sweeping_;      // what is left to look at of the slots up to swept_
  std::int64_t swept_ = 0;  // every slot up to this tick holds nothing due
  std::uint64_t looked_at_ = 0;
  std::size_t any_slot_ = 0;  // where pop_any() goes on
};

}  // namespace longpolld
