#include "longpolld/heart/history.hpp"

#include <algorithm>

namespace longpolld {

void history::follow(const beginning& at, const moment& now, publication& into) {
  if (!is_replica_) promisable_ = 0;
  const bool is_another = !is_replica_ || key_ != at.key;
  is_replica_ = true;
  static_cast<void>(clock_.read(now));
  lose_track(into);
  if (!is_another) return;
  key_ = at.key;  // not before all that may throw, or it could not be begun again
  floor_ = at.floor;
  books_.for_each([&](category_record& one) {
    one.is_replica = true;
    one.epoch = category_epoch(key_, one.name());
    let_go(one, one.ring.size(), into.discarded);
    event_ring begins(floor_);  // polls that are parked stand below: they are told of the gap
    one.ring.swap(begins);
  });
}

/// Where polls wait they still get what has come.
void history::lose_track(publication& into) {
  std::vector<category_record*> idle;
  books_.for_each([&](category_record& one) {
    if (one.has_history() && one.polls == 0) idle.push_back(&one);
  });
  books_.for_each([](category_record& one) { one.is_cold = true; });
  for (auto* one : idle) chill(*one, into.discarded);
}

void history::let_go(category_record& one, std::size_t count, discarded_events& into) noexcept {
  counts_.buffer_bytes -= one.ring.let_go(count, into);
  books_.ring_changed(one);
}

/// Lets go of a category, to be fetched again when somebody asks. One that polls wait on goes on from its
/// last position, and loses what they have yet to be given.
void history::chill(category_record& one, discarded_events& into) noexcept {
  if (one.has_noted()) lose(one, one.ring.size(), into);
  let_go(one, one.ring.size(), into);
  books_.end_history(one);
  if (one.polls == 0) one.is_cold = true;
  drop_if_unused(one);
}

bool history::is_cold(std::string_view name) const {
  const auto* one = books_.find(name);
  return !one || one->is_cold || one->ring.whole_after() > 0;
}

std::vector<std::string> history::awaited() const {
  std::vector<std::string> names;
  books_.for_each([&](const category_record& one) {
    if (one.is_cold && one.polls > 0) names.emplace_back(one.name());
  });
  return names;
}

bool history::lacks(const category_record& one, const subscribe_query& query, std::size_t which,
                    bool is_current) const {
  if (one.is_cold) return true;
  const auto whole_after = one.ring.whole_after();
  std::optional<event_id> id;
  if (!query.cursor.empty() && query.cursor[which] != no_position) {
    id = query.cursor[which];
  } else if (query.last_id) {
    id = decode(*query.last_id);
    if (id && query.since_time && *query.since_time > id->at.ms) id.reset();
    if (!id && !query.since_time) return whole_after > 0;
  } else if (!query.since_time) {
    return false;  // from now on
  }
  if (id) {
    if (id->epoch != one.epoch) return !is_current || whole_after > 0;
    return (id->at.ordinal > one.ring.last().ordinal && !is_current) || id->at.ordinal < whole_after;
  }
  const bool is_ahead = *query.since_time > std::max(promisable_, one.ring.last().ms);
  return (is_ahead && !is_current) || (whole_after > 0 && *query.since_time < one.ring.last().ms);
}

void history::fill(const kept_category& from, const moment& now, publication& into) {
  auto* known = books_.find(from.name);
  event_ring made(from.lost);
  std::size_t bytes = 0;
  for (const auto& next : from.events) {
    made.reserve();
    bytes += next->cost_bytes();
    made.push(next);
  }
  made.go_on_from(from.last, from.gap);
  if (!known) {
    known = &books_.create(from.name, key_, from.lost);
    known->is_replica = true;
  }
  auto& one = *known;
  if (!one.is_cold) {  // the load may be older than what has been applied here since
    const auto begin = one.ring.after(made.last().ordinal), newer = one.ring.size() - begin;
    const auto is_next = newer == 0 ? one.ring.last().ordinal <= made.last().ordinal
                                    : one.ring[begin]->at.ordinal == made.last().ordinal + 1;
    if (!is_next) return;  // of that some is gone from here: who needs it asks again
    made.reserve(newer);
  }
  // From here on nothing fails.
  if (!one.is_cold) made.push_newer(one.ring);
  let_go(one, one.ring.size(), into.discarded);
  if (!one.has_history()) {
    make_room(into);
    books_.begin_history(one);
  }
  // A category of which nothing is known keeps its place before whatever comes: polls may wait there already.
  // Where more was applied here, and let go of, than the load has, that is told as a gap.
  const auto& had = one.ring.last();
  made.go_on_from(had, had.ordinal > made.last().ordinal && one.is_cold ? had.ordinal : 0);
  one.ring.swap(made);
  one.is_cold = false;
  counts_.buffer_bytes += bytes;
  books_.ring_changed(one);
  if (one.is_busy()) note(one, into);
  if (one.ring.size() > size_max(one)) lose(one, one.ring.size() - size_max(one), into.discarded);
  books_.use(one);
  if (time_to_live().count() > 0 && !one.ring.empty() && !one.armed()) {
    expiries_.arm(one, std::max(one.ring.oldest() + time_to_live(), now.steady));
  }
  shrink(one, into);
}

bool history::apply(std::string_view name, event_ptr next, bool is_first, publication& into) {
  auto* known = books_.find(name);
  if (!known || known->is_cold) return true;
  auto& one = *known;
  const auto last = one.ring.last();
  if (next->at.ordinal <= last.ordinal) return true;
  if (!is_first && next->at.ordinal != last.ordinal + 1) {
    one.is_cold = true;
    return false;
  }
  one.ring.reserve();  // from here on nothing fails
  if (!one.has_history()) {
    make_room(into);
    books_.begin_history(one);
  }
  keep(one, std::move(next), into);
  return true;
}

/// All of them leave in one piece, however many there are.
std::size_t history::apply_purge(std::string_view name, std::uint64_t until,
                                 discarded_events& discarded) noexcept {
  auto* known = books_.find(name);
  if (!known || known->is_cold) return 0;
  auto& one = *known;
  const auto count = one.ring.after(until);
  counts_.purged_events += count;
  if (count < one.ring.size()) {
    lose(one, count, discarded);
    return count;
  }
  one.handed = 0;
  counts_.buffer_bytes -= one.ring.lose_all(discarded);
  books_.ring_changed(one);
  return count;
}

}  // namespace longpolld
