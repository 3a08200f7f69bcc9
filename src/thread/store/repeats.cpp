#include "longpolld/thread/store/repeats.hpp"

#include <cassert>
#include <iterator>
#include <limits>

namespace longpolld {
namespace {

constexpr std::size_t events_per_weight = 16;

}  // namespace

error repeats::other_body() {
  return {422, "Idempotency-Key was used for another body; a new event needs a new key"};
}

std::unique_ptr<submission> repeats::admit(std::unique_ptr<submission> one, steady_time now) {
  assert(one->repeats);
  const auto& asked = *one->repeats;
  {
    const std::lock_guard lock(mutex_);
    forget_old(now);
    const auto known = known_.find(asked.key);
    if (known == known_.end()) {
      std::list<const sha256_digest*> place;
      place.push_back(nullptr);
      auto& made = *known_.try_emplace(asked.key).first;
      try {
        made.second.ids.reserve(one->drafts.size());
      } catch (...) {
        known_.erase(asked.key);
        throw;
      }
      made.second.body = asked.body;
      made.second.weight += one->drafts.size() / events_per_weight;
      made.second.place = place.begin();
      *made.second.place = &made.first;
      under_way_.splice(under_way_.end(), place);
      return one;
    }
    auto& first = known->second;
    if (!same_digest(first.body, asked.body)) {
      one->decided.emplace(other_body());
    } else if (first.is_kept) {
      one->decided.emplace(first.ids);
      one->is_replayed = true;
    } else {
      one->drafts.clear();  // nothing more is needed of it
      first.waiting.push(std::move(one));
      return nullptr;
    }
  }
  bring_(std::move(one));
  return nullptr;
}

void repeats::settle(const submission& first, steady_time now) noexcept {
  submissions waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(first.repeats->key);
    assert(known != known_.end() && !known->second.is_kept);
    waiting.swap(known->second.waiting);
    if (first.decided && first.decided->has_value()) {
      keep(known->second, **first.decided, now, first.repeats->row);
    } else {
      under_way_.erase(known->second.place);
      known_.erase(known);
    }
  }
  while (auto one = waiting.pop()) {
    try {
      one->decided = first.decided;
      one->is_replayed = first.decided && first.decided->has_value();
    } catch (const std::bad_alloc&) {
      one->decided.reset();
    }
    bring_(std::move(one));
  }
}

/// Room was made for the ids before they were kept.
void repeats::keep(entry& one, const event_ids& ids, steady_time now, std::int64_t row) noexcept {
  one.ids = ids;
  one.is_kept = true;
  one.kept = now;
  one.row = row;
  kept_.splice(kept_.end(), under_way_, one.place);
  weight_ += one.weight;
  forget_old(now);
}

void repeats::restore(const repeat_of& what, const event_ids& ids, steady_time kept) {
  const std::lock_guard lock(mutex_);
  auto [at, is_new] = known_.try_emplace(what.key);
  if (!is_new) return;
  under_way_.push_back(&at->first);
  at->second.place = std::prev(under_way_.end());
  at->second.ids.reserve(ids.size());
  at->second.body = what.body;
  at->second.weight += ids.size() / events_per_weight;
  keep(at->second, ids, kept, what.row);
}

void repeats::forget_old(steady_time now) noexcept {
  const auto most = static_cast<std::size_t>(limits_.max_idempotency_keys);
  const auto edge = now - std::chrono::seconds(limits_.idempotency_seconds);
  while (!kept_.empty()) {
    const auto oldest = known_.find(*kept_.front());
    if (oldest->second.kept > edge && weight_ <= most) return;
    weight_ -= oldest->second.weight;
    kept_.pop_front();
    known_.erase(oldest);
  }
}

std::int64_t repeats::oldest_row(steady_time now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  return kept_.empty() ? std::numeric_limits<std::int64_t>::max() : known_.find(*kept_.front())->second.row;
}

std::size_t repeats::size() const {
  const std::lock_guard lock(mutex_);
  return known_.size();
}

}  // namespace longpolld
