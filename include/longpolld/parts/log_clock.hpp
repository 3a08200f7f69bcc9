#pragma once

#include "longpolld/words/moment.hpp"

#include <algorithm>

namespace longpolld {

/// The one clock that stamps events. It follows the wall clock but never steps back: while the wall clock is
/// behind (it was set back, or ran ahead before), this clock goes on by the steady clock at seven eighths of
/// its speed until the wall clock has caught up.
class log_clock {
 public:
  /// The time in unix milliseconds; never less than any it returned before.
  unix_ms read(const moment& now);

  /// The unix milliseconds the next event of a category gets whose last event was stamped `last`: later than
  /// `last` and than every promise, but at most `ahead_max` ms ahead of the clock; beyond that events of a
  /// burst share a stamp. `now` is what read() returned.
  [[nodiscard]] unix_ms stamp(unix_ms now, unix_ms last) const;

  /// Promises that no event will be stamped `until` or earlier from now on.
  void promise(unix_ms until);

  /// Another clock came that far, and has promised as much.
  void go_on_from(unix_ms time, const moment& now);
  /// What was read or promised last.
  [[nodiscard]] unix_ms latest() const { return std::max(read_, promised_); }

  static constexpr unix_ms ahead_max = 1000;

 private:
  steady_time read_at_ = steady_time::max();  // never yet
  unix_ms read_ = 0;
  unix_ms promised_ = 0;
};

}  // namespace longpolld
