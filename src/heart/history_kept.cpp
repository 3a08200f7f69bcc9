#include "longpolld/heart/history.hpp"

#include <algorithm>
#include <cassert>

namespace longpolld {

void history::go_on_from(const beginning& at, const moment& now) {
  assert(books_.histories() == 0 && counts_.published == 0 && under_way_.empty());
  key_ = at.key;
  floor_ = at.floor;
  is_kept_ = true;
  clock_.go_on_from(at.time, now);
  promisable_ = at.time;
}

void history::restore(const kept_category& from, const moment& now, publication& into) {
  assert(!books_.find(from.name));
  clock_.go_on_from(
      std::max({from.lost.ms, from.last.ms, from.events.empty() ? 0 : from.events.back()->at.ms}), now);
  make_room(into);
  auto& one = books_.create(from.name, key_, from.lost);
  books_.begin_history(one);
  for (const auto& next : from.events) {
    one.ring.reserve();
    counts_.buffer_bytes += next->cost_bytes();
    one.ring.push(next);
  }
  one.ring.go_on_from(from.last, from.gap);
  books_.ring_changed(one);
  if (one.ring.size() > size_max(one)) lose(one, one.ring.size() - size_max(one), into.discarded);
  if (time_to_live().count() > 0 && !one.ring.empty()) {
    expiries_.arm(one, one.ring.oldest() + time_to_live());
  }
  shrink(one, into);
}

bool history::wants_time(const moment& now) {
  if (!std::exchange(wants_time_, false)) return false;
  static_cast<void>(clock_.read(now));
  return true;
}

void history::removed(const category_record& one, std::uint64_t first, std::uint64_t last,
                      bool is_gap) noexcept try {
  if (!is_kept_) return;
  auto* before = removals_.empty() ? nullptr : &removals_.back();
  if (before && before->is_gap == is_gap && before->last + 1 == first && before->category == one.name()) {
    before->last = last;
  } else {
    removals_.push_back({std::string(one.name()), first, last, is_gap});
  }
} catch (const std::bad_alloc&) {  // it comes again after a restart
}

std::size_t history::purge(std::string_view name, discarded_events& discarded) {
  const auto what = purgeable(name);
  if (!what) return 0;
  removed(*books_.find(name), what->first, what->last, what->is_gap);
  return apply_purge(name, what->last, discarded);
}

std::optional<history::removal> history::purgeable(std::string_view name) const {
  const auto* one = books_.find(name);
  if (!one || one->ring.empty()) return std::nullopt;
  const auto& ring = one->ring;
  return removal{std::string(name), ring[0]->at.ordinal, ring[ring.size() - 1]->at.ordinal, true};
}

event_ptr history::kept(std::string_view name, std::uint64_t ordinal) const {
  const auto* one = books_.find(name);
  if (!one) return nullptr;
  const auto index = one->ring.after(ordinal - 1);
  if (index >= one->ring.size() || one->ring[index]->at.ordinal != ordinal) return nullptr;
  return one->ring[index];
}

}  // namespace longpolld
