#include "longpolld/parts/deadline_wheel.hpp"

#include <algorithm>

namespace longpolld {

std::int64_t deadline_wheel::tick_of(steady_time at) { return at.time_since_epoch() / tick; }

void deadline_wheel::arm(deadline& one, steady_time at) {
  one.unlink();
  // Rounded up, so that nothing fires early; never into a tick already swept, so that nothing is missed.
  one.tick_ = std::max(tick_of(at) + 1, swept_ + 1);
  slots_[static_cast<std::size_t>(one.tick_) % slots].push_back(one);
}

deadline* deadline_wheel::pop_due(steady_time now) {
  const std::int64_t today = tick_of(now);
  swept_ = std::max(swept_, today - static_cast<std::int64_t>(slots));
  while (swept_ < today) {
    auto& slot = slots_[static_cast<std::size_t>(swept_ + 1) % slots];
    for (auto& one : slot) {
      if (one.tick_ > today) continue;
      one.unlink();
      return &one;
    }
    ++swept_;
  }
  return nullptr;
}

deadline* deadline_wheel::pop_any() {
  for (auto& slot : slots_) {
    if (slot.empty()) continue;
    auto& one = slot.front();
    one.unlink();
    return &one;
  }
  return nullptr;
}

std::optional<steady_time> deadline_wheel::next() const {
  for (std::int64_t at = swept_ + 1; at <= swept_ + static_cast<std::int64_t>(slots); ++at) {
    if (!slots_[static_cast<std::size_t>(at) % slots].empty()) return steady_time(at * tick);
  }
  return std::nullopt;
}

}  // namespace longpolld
