#include "longpolld/parts/deadline_wheel.hpp"

#include <algorithm>

namespace longpolld {

deadline_wheel::~deadline_wheel() {
  sweeping_.clear();
  for (auto& slot : slots_) slot.clear();
}

std::int64_t deadline_wheel::tick_of(steady_time at) { return at.time_since_epoch() / tick; }

void deadline_wheel::file(deadline& one) {
  one.filed_ = one.tick_;
  slot_of(one.filed_).push_back(one);
}

void deadline_wheel::arm(deadline& one, steady_time at) {
  // Rounded up, so that nothing fires early; never into a tick already swept, so that nothing is missed.
  one.tick_ = std::max(tick_of(at) + 1, swept_ + 1);
  if (one.is_linked() && one.filed_ <= one.tick_) return;
  one.unlink();
  file(one);
}

deadline* deadline_wheel::pop_due(steady_time now) {
  const std::int64_t today = tick_of(now);
  swept_ = std::max(swept_, today - static_cast<std::int64_t>(slots));
  // A slot is emptied before any of it is looked at: what is not due, of a later turn or put off, goes behind
  // the sweep, where the next call does not meet it again.
  for (;;) {
    while (!sweeping_.empty()) {
      auto& one = sweeping_.front();
      one.unlink();
      ++looked_at_;
      if (one.tick_ <= today) {
        one.disarm();
        return &one;
      }
      if (one.armed()) file(one);
    }
    if (swept_ >= today) return nullptr;
    ++swept_;
    sweeping_.splice(sweeping_.end(), slot_of(swept_));
  }
}

deadline* deadline_wheel::pop_any() {
  const auto take = [](slot_list& from) -> deadline* {
    while (!from.empty()) {
      auto& one = from.front();
      one.unlink();
      if (!one.armed()) continue;
      one.disarm();
      return &one;
    }
    return nullptr;
  };
  if (auto* one = take(sweeping_)) return one;
  for (std::size_t looked = 0; looked < slots; ++looked, any_slot_ = (any_slot_ + 1) % slots) {
    if (auto* one = take(slots_[any_slot_])) return one;
  }
  return nullptr;
}

std::optional<steady_time> deadline_wheel::next() const {
  if (!sweeping_.empty()) return steady_time(swept_ * tick);
  for (std::int64_t at = swept_ + 1; at <= swept_ + static_cast<std::int64_t>(slots); ++at) {
    if (!slots_[static_cast<std::size_t>(at) % slots].empty()) return steady_time(at * tick);
  }
  return std::nullopt;
}

}  // namespace longpolld
