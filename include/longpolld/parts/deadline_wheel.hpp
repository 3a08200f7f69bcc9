#pragma once

#include "longpolld/words/moment.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace longpolld {

/// A member of whatever has a deadline. Leaves its wheel when destroyed.
class deadline
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  [[nodiscard]] bool armed() const { return is_linked(); }
  void disarm() { unlink(); }

 private:
  friend class deadline_wheel;
  std::int64_t tick_ = 0;
};

/// A hashed timing wheel (Varghese and Lauck 1987): arming and disarming are constant time and allocate
/// nothing, however many deadlines there are. Fires never early and at most one tick late by itself.
/// One thread; time is an argument.
class deadline_wheel {
 public:
  static constexpr std::chrono::milliseconds tick{16};

  /// Arms `one` to be due at `at`, moving it when it was armed before.
  void arm(deadline& one, steady_time at);

  /// Takes out one deadline that is due by `now`, in no order within a tick; null when there is none.
  [[nodiscard]] deadline* pop_due(steady_time now);

  /// Takes out any one deadline, due or not; null when none is armed.
  [[nodiscard]] deadline* pop_any();

  /// When to look again: no deadline is due earlier. Nothing when nothing is armed.
  [[nodiscard]] std::optional<steady_time> next() const;

 private:
  static constexpr std::size_t slots = 8192;  // 131 s a turn: longer deadlines wait for a later turn
  using slot_list = boost::intrusive::list<deadline, boost::intrusive::constant_time_size<false>>;

  static std::int64_t tick_of(steady_time at);

  std::array<slot_list, slots> slots_;
  std::int64_t swept_ = 0;  // every slot up to this tick holds nothing due
};

}  // namespace longpolld
