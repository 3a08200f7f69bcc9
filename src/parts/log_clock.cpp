#include "longpolld/parts/log_clock.hpp"

#include <algorithm>

namespace longpolld {

unix_ms log_clock::read(const moment& now) {
  const auto elapsed = now.steady > read_at_ ? now.steady - read_at_ : steady_time::duration{};
  const unix_ms least =
      read_ + std::chrono::duration_cast<std::chrono::milliseconds>(elapsed * 7 / 8).count();
  if (now.wall < least && least == read_) return read_;  // too short to count: keep what has elapsed
  read_ = std::max(now.wall, least);
  read_at_ = now.steady;
  return read_;
}

unix_ms log_clock::stamp(unix_ms now, unix_ms last) const {
  const unix_ms least = std::max(last, promised_ + 1);
  const unix_ms next = std::max({now, last + 1, promised_ + 1});
  return next <= now + ahead_max ? next : least;
}

void log_clock::go_on_from(unix_ms time, const moment& now) {
  static_cast<void>(read(now));
  read_ = std::max(read_, time);
  promise(time);
}

void log_clock::promise(unix_ms until) { promised_ = std::max(promised_, until); }

}  // namespace longpolld
