#include "longpolld/parts/event_ring.hpp"

#include <algorithm>

namespace longpolld {

std::size_t event_ring::push(event_ptr next, std::size_t cap) {
  std::size_t freed = 0;
  while (events_.size() >= cap) freed += pop();
  if (events_.full()) events_.set_capacity(std::min(cap, std::max<std::size_t>(2, 2 * events_.size())));
  if (!events_.empty() && next->at.ordinal != last_.ordinal + 1) ++taken_;
  last_ = next->at;
  events_.push_back(std::move(next));
  return freed;
}

std::size_t event_ring::pop() {
  const std::size_t freed = events_.front()->cost_bytes();
  lost_ = events_.front()->at;
  events_.pop_front();
  if (events_.empty()) emptied();
  return freed;
}

void event_ring::emptied() {
  events_.set_capacity(0);
  taken_ = 0;
}

std::size_t event_ring::lose_through(std::uint64_t ordinal) {
  std::size_t freed = 0;
  while (!events_.empty() && events_.front()->at.ordinal <= ordinal) freed += pop();
  return freed;
}

std::optional<std::size_t> event_ring::lose_expired(steady_time edge) {
  if (events_.empty() || oldest() > edge) return std::nullopt;
  return pop();
}

std::size_t event_ring::take(std::uint64_t ordinal) {
  const std::size_t next = after(ordinal);
  if (next == 0 || events_[next - 1]->at.ordinal != ordinal) return 0;
  const std::size_t freed = events_[next - 1]->cost_bytes();
  events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(next - 1));
  ++taken_;
  if (events_.empty()) emptied();
  return freed;
}

std::size_t event_ring::after(std::uint64_t ordinal) const {
  if (last_.ordinal <= ordinal) return events_.size();
  if (is_dense()) {
    const auto newer = static_cast<std::size_t>(last_.ordinal - ordinal);
    return events_.size() - std::min(newer, events_.size());
  }
  const auto greater = [&](const event_ptr& one) { return one->at.ordinal <= ordinal; };
  const auto first = std::partition_point(events_.begin(), events_.end(), greater);
  return static_cast<std::size_t>(first - events_.begin());
}

std::size_t event_ring::from_time(unix_ms ms) const {
  if (events_.empty() || events_.back()->at.ms < ms) return events_.size();
  const auto earlier = [&](const event_ptr& one) { return one->at.ms < ms; };
  const auto first = std::partition_point(events_.begin(), events_.end(), earlier);
  return static_cast<std::size_t>(first - events_.begin());
}

std::uint64_t event_ring::ordinal_before(std::size_t index) const {
  if (is_dense()) return last_.ordinal - (events_.size() - std::min(index, events_.size()));
  return before(index).ordinal;
}

position event_ring::before(std::size_t index) const {
  if (index >= events_.size()) return last_;
  return index > 0 ? events_[index - 1]->at : lost_;
}

}  // namespace longpolld
