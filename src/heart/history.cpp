#include "longpolld/heart/history.hpp"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

namespace longpolld {
namespace {

constexpr std::size_t drops_at_once = 64;

}  // namespace

history::history(const config& limits, std::uint64_t key, const moment& now, std::size_t shards)
    : limits_(limits), key_(key), inboxes_(std::make_unique<inbox[]>(shards)), floor_{clock_.read(now), 0} {}

// -- publishers

/// A request must not forget its own categories.
bool history::has_room(std::span<const wire::draft> drafts) const {
  const auto most = static_cast<std::size_t>(limits_.max_categories);
  if (drafts.size() <= most) return true;
  std::set<std::string_view> names;
  for (const auto& one : drafts) names.insert(one.category);
  return names.size() <= most;
}

std::optional<error> history::refusal(std::span<const wire::draft> drafts) const {
  if (has_room(drafts)) return std::nullopt;
  return beyond(413, "a batch must not name more categories than", &config::max_categories, limits_);
}

std::optional<error> history::publish(std::span<wire::draft> drafts, const moment& now, publication& into) {
  if (auto refused = refusal(drafts)) return refused;
  const unix_ms stamp = clock_.read(now);
  published_ = std::max(published_, now.steady);
  into.ids.reserve(drafts.size());
  for (auto& one : drafts) into.ids.push_back(append(one, stamp, into));
  return std::nullopt;
}

event_id history::append(wire::draft& from, unix_ms now, publication& into) {
  auto* known = books_.find(from.category);
  if (!known || !known->has_history()) {
    make_room(into);
    if (!known) known = &books_.create(from.category, key_, floor_);
    books_.begin_history(*known);
  }
  auto& one = *known;
  one.ring.reserve();  // from here on nothing fails
  const event_id id = next_id(one, one.ring.last(), now);
  wire::finish_event(*from.text, id);
  from.text->published = published_;
  keep(one, std::move(from.text), into);
  return id;
}

/// For one more category with a history.
void history::make_room(publication& into) noexcept {
  if (books_.histories() < static_cast<std::size_t>(limits_.max_categories)) return;
  auto* last = books_.oldest(false);
  if (!last) last = books_.oldest(true);
  assert(last);  // the limit is 1 or more
  forget(*last, into);
  into.forgot = true;
}

/// Precondition: it has a history, and room in its ring.
void history::keep(category_record& one, event_ptr next, publication& into) noexcept {
  note(one, into);
  counts_.buffer_bytes += next->cost_bytes();
  ++counts_.published;
  one.ring.push(std::move(next));
  if (limits_.delete_event_after_first_retrieval && one.polls > 0) ++one.handed;
  evict(one, into.discarded);
  books_.use(one);
  books_.ring_changed(one);
  if (time_to_live().count() > 0 && !one.armed()) expiries_.arm(one, one.ring.oldest() + time_to_live());
  shrink(one, into);
}

void history::note(category_record& one, publication& into) noexcept {
  while (one.is_busy() && one.waiting.front().state == waiting_list::is::linked) {
    auto& list = one.waiting.front();
    one.waiting.splice(one.waiting.end(), one.waiting, one.waiting.begin());
    list.state = waiting_list::is::noted;
    if (inboxes_[list.shard].push(list)) into.rung.set(list.shard);
  }
}

/// Polls that were parked when a burst came must not lose of it to the cap before they are served.
std::size_t history::size_max(const category_record& of) const {
  const auto most = static_cast<std::size_t>(limits_.max_event_buffer_size);
  return of.has_noted() ? 2 * most : most;
}

void history::lose(category_record& one, std::size_t count, discarded_events& into) noexcept {
  counts_.buffer_bytes -= one.ring.lose(count, into);
  one.handed = std::min(one.handed, static_cast<std::uint32_t>(one.ring.size()));
  books_.ring_changed(one);
}

/// What is beyond max_event_buffer_size.
void history::evict(category_record& one, discarded_events& into) noexcept {
  const auto most = size_max(one);
  if (one.ring.size() <= most) return;
  counts_.evicted_events += one.ring.size() - most;
  lose(one, one.ring.size() - most, into);
}

/// Its parked polls do not notice: the record stays while they pin it, and goes on counting.
void history::forget(category_record& one, publication& into) noexcept {
  if (is_replica_) return chill(one, into.discarded);
  one.handed = 0;
  counts_.buffer_bytes -= one.ring.lose_all(into.discarded);
  books_.end_history(one);
  ++counts_.forgotten_categories;
  drop_if_unused(one);
}

void history::shrink(const category_record& newest, publication& into) noexcept {
  const auto most = static_cast<std::size_t>(limits_.max_buffer_bytes);
  while (counts_.buffer_bytes + books_.bytes() > most) {
    auto* victim = books_.oldest(true);
    const bool is_newest = victim == &newest;
    if (victim && victim->ring.size() > (is_newest ? 1U : 0U)) {
      const auto count = is_newest ? 1 : std::min(victim->ring.size(), drops_at_once);
      into.dropped = true;
      if (is_replica_ && !is_newest && !victim->has_noted()) {
        let_go(*victim, count, into.discarded);
        continue;
      }
      lose(*victim, count, into.discarded);
      counts_.dropped_events += count;
      if (victim->ring.empty()) ++counts_.dropped_categories;
    } else if (auto* empty = books_.oldest(false)) {
      forget(*empty, into);  // what is left to be had are the records themselves
      into.dropped = true;
    } else {
      return;
    }
  }
}

// -- polls

category_record& history::pin(std::string_view name) {
  auto* known = books_.find(name);
  if (!known) {
    known = &books_.create(name, key_, floor_);
    known->is_cold = known->is_replica = is_replica_;
  }
  ++known->pins;
  return *known;
}

void history::unpin(category_record& one) {
  --one.pins;
  drop_if_unused(one);
}

/// What is not known any more raises the floor, so that its ordinals never come again.
void history::drop_if_unused(category_record& one) noexcept {
  if (one.has_history() || one.pins > 0) return;
  if (is_replica_) return books_.erase(one);
  floor_ = {std::max(floor_.ms, one.ring.last().ms), std::max(floor_.ordinal, one.ring.last().ordinal)};
  books_.erase(one);
}

reach history::alive(reach of, const moment& now) const {
  if (time_to_live().count() == 0) return of;
  const auto begin = std::min(of.in->ring.published_after(now.steady - time_to_live()), of.end);
  of.gap = of.gap || begin > of.index;
  of.index = std::max(of.index, begin);
  while (of.skips_given && of.any() && of.in->ring[of.index]->is_given()) ++of.index;
  return of;
}

void history::collect(std::span<reach> from, found& into) const {
  const auto events_max = static_cast<std::size_t>(limits_.max_events_per_reply);
  const auto bytes_max = static_cast<std::size_t>(limits_.max_reply_bytes);
  for (const auto& one : from) {
    const auto& ring = one.in->ring;
    into.begins.push_back(one.any() ? ring[one.index]->at.ordinal - 1 : ring.last().ordinal);
  }
  if (from.size() == 1 && from.front().any()) {
    into.first = from.front().in->ring[from.front().index];
    into.last = from.front().in->ring[from.front().end - 1];
  }
  for (std::size_t bytes = 0; into.events.size() < events_max;) {
    reach* oldest = nullptr;
    for (auto& one : from) {
      if (!one.any()) continue;
      if (!oldest || one.in->ring[one.index]->at.ms < oldest->in->ring[oldest->index]->at.ms) oldest = &one;
    }
    if (!oldest) break;
    const auto& next = oldest->in->ring[oldest->index];
    bytes += next->json().size() + 1;
    if (!into.events.empty() && bytes > bytes_max) break;
    into.events.push_back(next);
    do ++oldest->index;
    while (oldest->skips_given && oldest->any() && oldest->in->ring[oldest->index]->is_given());
  }
  for (const auto& one : from) {
    // Behind the last event that could be had stand only those that were handed to others.
    const bool is_at_end = one.index == one.end;
    into.cursor.push_back({is_at_end ? one.in->ring.last() : one.in->ring.before(one.index), one.in->epoch});
    if (one.gap) into.gaps |= 1U << (into.cursor.size() - 1);
  }
}

/// A category that is stamped ahead of the clock in a burst must not hide another's events from a client that
/// goes by time: of several categories the smallest counts. Of a cold one no more is known than what it had.
unix_ms history::promise(std::span<const reach> from, const moment& now) {
  const unix_ms time = history::time(now);
  if (time > promisable_) wants_time_ = true;
  const unix_ms until = std::min({time, promisable_, first_under_way_ - 1});
  clock_.promise(until);
  auto least = unix_ms_end;
  for (const auto& one : from) {
    const auto last = one.in->ring.last().ms;
    least = std::min(least, one.in->is_cold ? last : std::max(until, last));
  }
  return least;
}

/// What nobody waits for goes at once; what was handed to polls that have yet to be served goes with these.
bool history::take(std::span<category_record* const> from, const found& what, discarded_events& discarded) {
  const auto begin_of = [&](std::size_t i) { return from[i]->ring.after(what.begins[i]); };
  const auto end_of = [&](std::size_t i) { return from[i]->ring.after(what.cursor[i].at.ordinal); };
  std::size_t left = what.events.size();
  for (std::size_t i = 0; i < from.size(); ++i) {
    for (auto at = begin_of(i); at < end_of(i); ++at) left -= from[i]->ring[at]->is_given() ? 0 : 1;
  }
  if (left != 0) return false;
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto& ring = from[i]->ring;
    for (auto at = begin_of(i); at < end_of(i); ++at) ring[at]->give();
    const auto end = std::min(end_of(i), ring.size() - from[i]->handed);
    const auto begin = std::min(begin_of(i), end);
    if (begin < end) removed(*from[i], ring[begin]->at.ordinal, ring[end - 1]->at.ordinal, false);
    counts_.buffer_bytes -= ring.take(begin, end - begin, discarded);
    books_.ring_changed(*from[i]);
  }
  return true;
}

// -- waiting lists

void history::link(waiting_list& one) noexcept {
  if (one.state != waiting_list::is::idle) return;
  one.unlink();  // from its hub's idle lists
  one.state = waiting_list::is::linked;
  one.record->waiting.push_front(one);
  books_.use(*one.record);
}

void history::relink(waiting_list& one) noexcept {
  assert(one.state == waiting_list::is::noted && !one.next_noted);
  auto& all = one.record->waiting;
  one.state = waiting_list::is::linked;
  all.splice(all.begin(), all, all.iterator_to(one));
}

void history::unlink(waiting_list& one) noexcept {
  assert(one.count == 0);
  one.state = waiting_list::is::idle;
  one.unlink();
}

void history::settle(category_record& one, discarded_events& discarded) noexcept {
  if (one.polls > 0 && one.has_noted()) return;
  // Of what was handed goes what somebody was given; the rest is kept, as if nobody had waited.
  auto& ring = one.ring;
  for (std::size_t end = ring.size(), least = end - std::exchange(one.handed, 0); end > least;) {
    auto begin = end;
    while (begin > least && ring[begin - 1]->is_given()) --begin;
    if (begin < end) removed(one, ring[begin]->at.ordinal, ring[end - 1]->at.ordinal, false);
    counts_.buffer_bytes -= ring.take(begin, end - begin, discarded);
    end = begin > least ? begin - 1 : begin;
  }
  books_.ring_changed(one);
  if (!one.has_noted()) evict(one, discarded);
}

}  // namespace longpolld
