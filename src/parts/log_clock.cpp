#include "longpolld/parts/log_clock.hpp"

#include <algorithm>

namespace longpolld {

unix_ms log_clock::read(const moment& now) {
  if (now.wall >= read_) {
    read_ = now.wall;
    read_at_ = now.steady;
  } else if (now.steady > read_at_) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now.steady - read_at_).count();
    if (const auto whole = elapsed * 7 / 8; whole > 0) {
      read_ += whole;
      read_at_ = now.steady;
    }
  }
  return read_;
}

unix_ms log_clock::stamp(unix_ms now, unix_ms last) const {
  const unix_ms least = std::max(last, promised_ + 1);
  const unix_ms next = std::max({now, last + 1, promised_ + 1});
  return next <= now + ahead_max ? next : least;
}

void log_clock::promise(unix_ms until) { promised_ = std::max(promised_, until); }

}  // namespace longpolld
