#include "longpolld/heart/hub.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <new>

namespace longpolld {
namespace {

using guard = critical_section::guard;

constexpr std::size_t idle_lists_max = 1024;     // beyond as many as there are seats
constexpr std::size_t kept_bytes_max = 131'072;  // of a last reply, when nothing more is done at once

bool any_of(std::span<const reach> all) {
  return std::any_of(all.begin(), all.end(), [](const reach& one) { return one.any(); });
}

reply_warning warning_of(const subscribe_query& query, std::span<const reach> from, unix_ms now) {
  if (!query.since_time || *query.since_time == 0) return reply_warning::none;
  const reach* by_time = nullptr;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!query.cursor.empty() && query.cursor[i] != no_position) continue;
    if (by_time) return reply_warning::several_by_time;
    by_time = &from[i];
  }
  const bool is_ahead =
      by_time && !by_time->any() && *query.since_time > std::max(now, by_time->in->ring.last().ms);
  return is_ahead ? reply_warning::since_in_future : reply_warning::none;
}

}  // namespace

hub::hub(const config& limits, history& of, critical_section& section, std::size_t shard)
    : limits_(limits), history_(of), section_(section), inbox_(of.inbox_of(shard)), shard_(shard) {}

hub::~hub() {
  assert(parked_ == 0 && seats_ == 0 && due_.empty());
  {
    const guard inside(section_);
    while (auto* one = inbox_.front()) {  // its polls left before it was served
      inbox_.pop();
      history_.unlink(*one);
      idle_.push_back(*one);
    }
  }
  old_.splice(old_.end(), idle_);
  while (!old_.empty()) drop(old_.front());
}

// -- waiting lists

std::uint8_t hub::cacheable_by(const subscribe_query& query) {
  if (query.replies == cacheable::none) return poll::uncacheable;
  return query.replies == cacheable::events ? poll::only_events : cursor_suffixes::span_of(query.timeout);
}

hub::places hub::open(const subscribe_query& query) {
  for (auto left = query.categories.size(); left > 0 && due_.empty(); --left) {
    if (lists_.size() <= idle_lists_max + seats_ || (old_.empty() && idle_.empty())) break;
    drop(old_.empty() ? idle_.front() : old_.front());
  }
  places all;
  for (const auto& name : query.categories) all.push_back(&open(name));
  return all;
}

/// The list of this category; an idle one if there was none.
waiting_list& hub::open(std::string_view name) {
  const auto known = lists_.find(name);
  if (known != lists_.end()) return **known;
  auto made = std::make_unique<waiting_list>();
  made->shard = static_cast<std::uint16_t>(shard_);
  {
    const guard inside(section_);
    made->record = &history_.pin(name);
  }
  try {
    lists_.insert(made.get());
  } catch (const std::bad_alloc&) {
    const guard inside(section_);
    history_.unpin(*made->record);
    throw;
  }
  idle_.push_back(*made);
  return *made.release();
}

void hub::drop(waiting_list& idle) noexcept {
  const std::unique_ptr<waiting_list> one(&idle);
  lists_.erase(lists_.find(one->record->name()));
  const guard inside(section_);
  history_.unpin(*one->record);
}

void hub::sweep(std::size_t most) {
  if (!due_.empty()) return;  // their names are the records'
  replies_.forget();
  for (; most > 0 && !old_.empty(); --most) drop(old_.front());
  if (old_.empty()) old_.splice(old_.end(), idle_);
}

void hub::rest() { replies_.forget(kept_bytes_max); }

// -- one poll

outcome<body_ptr> hub::subscribe(poll& one, const subscribe_query& query, const moment& now, bool may_park,
                                 bool is_current) {
  assert(!one.is_parked() && !one.is_due());
  const auto lists = open(query);
  one.others_ = lists.size() > 1 ? std::make_unique<seat[]>(lists.size() - 1) : nullptr;
  const bool deletes = limits_.delete_event_after_first_retrieval;
  const auto caching = cacheable_by(query);
  for (;;) {
    found got;
    reply_warning warning{};
    bool is_shared = false;
    {  // looking and waiting are one step, so that nothing falls between
      const guard inside(section_);
      reaches from;
      for (auto* one_list : lists) {
        if (history_.is_replica() && history_.lacks(*one_list->record, query, from.size(), is_current)) {
          one.others_.reset();
          return body_ptr();
        }
        from.push_back(history_.alive(reach_of(*one_list->record, query, from.size()), now));
      }
      warning = warning_of(query, from, history_.time(now));
      if (any_of(from)) {
        is_shared = lists.size() == 1 && warning == reply_warning::none && !deletes;
        gather(from, is_shared, got);
      } else if (auto no_room = full(lists)) {
        return std::move(*no_room);
      } else if (may_park) {
        sit_down(one, lists, from, warning, caching);
      } else {
        history_.collect(from, got);
        got.timestamp = history_.promise(from, now);
      }
    }
    if (one.is_parked()) break;
    auto body = replies_.render(got, warning, is_shared,
                                [&](std::size_t i) { return std::string_view(query.categories[i]); });
    if (deletes && got.any() && !take(lists, got)) continue;  // somebody took some meanwhile
    one.others_.reset();
    count(got);
    return body;
  }
  timeouts_.arm(one, now.steady + query.timeout);
  return body_ptr();
}

body_ptr hub::peek(const subscribe_query& query, const moment& now, bool is_current) {
  found got;
  reply_warning warning{};
  {
    boost::container::small_vector<category_record::owner, 1> blanks;
    const guard inside(section_);
    reaches from;
    for (const auto& name : query.categories) {
      auto* known = history_.find(name);
      if (history_.is_replica() && (!known || history_.lacks(*known, query, from.size(), is_current))) {
        return nullptr;
      }
      if (!known) known = blanks.emplace_back(history_.blank(name)).get();
      from.push_back(history_.alive(reach_of(*known, query, from.size()), now));
    }
    warning = warning_of(query, from, history_.time(now));
    history_.collect(from, got);
    if (!got.any()) got.timestamp = history_.promise(from, now);
  }
  return replies_.render(got, warning, false,
                         [&](std::size_t i) { return std::string_view(query.categories[i]); });
}

void hub::gather(reaches& from, bool is_shared, found& into) const {
  if (is_shared && replies_.recall(from.front(), into)) return;
  history_.collect(from, into);
  into.count = static_cast<std::uint32_t>(into.events.size());
  if (into.count > 0) into.since = into.events.front()->published;
}

void hub::count(const found& given) noexcept {
  if (given.count > 0) tallies_.events.add(given.count);
  if (given.gaps != 0) tallies_.gaps.add();
}

std::optional<error> hub::full(const places& lists) const {
  const auto most = limits_.max_parked_polls_per_category;
  for (const auto* one : lists) {
    if (one->record->polls >= static_cast<std::size_t>(most)) {
      return beyond(503, "no room for another poll parked on this category:",
                    &config::max_parked_polls_per_category, most);
    }
  }
  return std::nullopt;
}

bool hub::take(const places& lists, const found& what) {
  boost::container::small_vector<category_record*, 1> records;
  for (auto* one : lists) records.push_back(one->record);
  discarded_events discarded;
  const guard inside(section_);
  return history_.take(records, what, discarded);
}

void hub::sit_down(poll& one, const places& lists, std::span<const reach> from, reply_warning warning,
                   std::uint8_t caching) {
  one.seat_count_ = static_cast<std::uint8_t>(lists.size());
  one.warning_ = static_cast<std::uint8_t>(warning);
  one.cacheable_ = warning == reply_warning::none ? caching : poll::uncacheable;
  one.gaps_ = 0;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    auto& list = *lists[i];
    auto& place = seat_of(one, i);
    place.owner = &one;
    place.in = &list;
    place.from = list.record->ring.last().ordinal;
    assert(list.polls.empty() || list.polls.back().from <= place.from);
    history_.link(list);
    list.polls.push_back(place);
    ++list.count;
    history_.seat(*list.record);
    if (from[i].gap) one.gaps_ |= 1U << i;
  }
  seats_ += lists.size();
  ++parked_;
}

/// Takes its seats from it. Inside the critical section.
void hub::stand_up(poll& one, discarded_events& discarded) noexcept {
  for (std::size_t i = 0; i < one.seat_count_; ++i) {
    auto& place = seat_of(one, i);
    auto& list = *place.in;
    place.unlink();
    --list.count;
    history_.unseat(*list.record);
    if (list.count == 0 && list.state == waiting_list::is::linked) {
      history_.unlink(list);
      idle_.push_back(list);
    }
    history_.settle(*list.record, discarded);
  }
  one.deadline::disarm();
  seats_ -= one.seat_count_;
  one.seat_count_ = 0;
  --parked_;
}

void hub::leave(poll& one) noexcept {
  if (one.is_due_) {
    one.is_due_ = false;
    one.first_.unlink();
    if (due_.empty()) forget_due();
  } else if (one.is_parked()) {
    discarded_events discarded;
    const guard inside(section_);
    stand_up(one, discarded);
  }
  one.others_.reset();
}

}  // namespace longpolld
