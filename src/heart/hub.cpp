#include "longpolld/heart/hub.hpp"

#include "longpolld/words/fetch_ahead.hpp"

#include <algorithm>
#include <new>

namespace longpolld {

hub::hub(const config& limits, std::uint64_t history_key, std::size_t shards)
    : limits_(limits),
      history_key_(history_key),
      category_parked_max_((static_cast<std::size_t>(limits.max_parked_polls_per_category) + shards - 1) /
                           shards) {}

hub_category* hub::find(std::string_view name) const {
  const auto found = categories_.find(name);
  if (found == categories_.end()) return nullptr;
  fetch_ahead(found->second.get());
  return found->second.get();
}

hub_category& hub::open(const category_name& name, position start) {
  if (auto* known = find(*name)) return *known;
  auto made = std::make_unique<hub_category>(name, category_epoch(history_key_, *name), start);
  return *categories_.emplace(*name, std::move(made)).first->second;
}

void hub::apply(const log_entry& entry) {
  if (entry.is == log_entry::kind::published) {
    auto& in = open(entry.category, entry.at);
    const bool full = in.ring.size() >= static_cast<std::size_t>(limits_.max_event_buffer_size);
    if (full) settle();
    in.announced = false;
    const position before = in.ring.last();
    // Equal when it is applied again, after memory failed somewhere below.
    if (before.ordinal < entry.what->at.ordinal) {
      in.ring.push(entry.what, static_cast<std::size_t>(limits_.max_event_buffer_size));
    }
    wake_all(in, before);
    arm_expiry(in);
    if (limits_.delete_event_after_first_retrieval) {
      settle();
      if (entry.what->claimed) in.ring.take(entry.what->at.ordinal);
      let_go(in);
    }
    return;
  }
  settle();
  auto* in = find(*entry.category);
  if (!in) return;
  if (entry.is == log_entry::kind::taken) in->ring.take(entry.at.ordinal);
  if (entry.is == log_entry::kind::dropped) in->ring.lose_through(entry.at.ordinal);
  if (entry.is == log_entry::kind::forgotten) in->ring.lose_through(in->ring.last().ordinal);
  let_go(*in);
}

/// `before`: where the category's parked polls stood.
void hub::wake_all(hub_category& in, position before) {
  bool stand_elsewhere = false;
  while (!in.parked.empty()) {
    auto& one = *in.parked.front().owner;
    const auto keep_place = [&](seat& place) {
      place.from = place.in == &in ? before : place.in->ring.last();
    };
    keep_place(one.first_);
    for (auto& place : others(one)) keep_place(place);
    stand_elsewhere = stand_elsewhere || one.seat_count_ > 1;
    unlink(one);
    woken_.push_back(one);
    if (!in.parked.empty()) fetch_ahead(in.parked.front().owner);
  }
  if (stand_elsewhere) settle();  // nothing keeps their other categories
}

std::span<seat> hub::others(poll& one) {
  return {one.others_.get(), one.seat_count_ > 1 ? one.seat_count_ - 1U : 0U};
}

void hub::unlink(poll& one) {
  const auto stand_up = [](seat& place) {
    place.unlink();
    --place.in->parked_count;
  };
  stand_up(one.first_);
  for (auto& place : others(one)) stand_up(place);
  one.deadline::disarm();
  --parked_;
}

outlook hub::look(const subscribe_query& query) const {
  outlook at;
  for (const auto& name : query.categories) at.in.push_back(find(name));
  return at;
}

boost::container::small_vector<std::string_view, 1> hub::unannounced(const subscribe_query& query,
                                                                     const outlook& at) const {
  boost::container::small_vector<std::string_view, 1> names;
  for (std::size_t i = 0; i < at.in.size(); ++i) {
    if (!at.in[i] || !at.in[i]->announced) names.emplace_back(query.categories[i]);
  }
  return names;
}

void hub::announce(std::span<const std::pair<category_name, position>> tails, outlook& at) {
  auto told = tails.begin();
  for (auto*& in : at.in) {
    if (in && in->announced) continue;
    if (!in) in = &open(told->first, told->second);
    in->announced = true;
    ++told;
  }
}

std::optional<error> hub::full(const outlook& at) const {
  for (const auto* in : at.in) {
    if (in->parked_count >= category_parked_max_) {
      return beyond(503, "no room for another poll parked on this category:", "max_parked_polls_per_category",
                    limits_.max_parked_polls_per_category);
    }
  }
  return std::nullopt;
}

void hub::park(poll& one, const subscribe_query& query, const outlook& at, steady_time until, unix_ms now) {
  const std::size_t count = at.in.size();
  one.others_ = count > 1 ? std::make_unique<seat[]>(count - 1) : nullptr;
  one.seat_count_ = static_cast<std::uint8_t>(count);
  one.gaps_ = at.gaps;
  unix_ms latest = now;
  for (std::size_t i = 0; i < count; ++i) {
    auto& place = i == 0 ? one.first_ : one.others_[i - 1];
    place.owner = &one;
    place.in = at.in[i];
    place.in->parked.push_back(place);
    ++place.in->parked_count;
    latest = std::max(latest, place.in->ring.last().ms);
  }
  const bool by_time = query.cursor.empty() && query.since_time.has_value();
  one.from_future_ = by_time && *query.since_time > latest;
  timeouts_.arm(one, until);
  ++parked_;
}

void hub::leave(poll& one) {
  if (!one.is_parked()) return;
  if (one.is_due()) {
    one.due_hook::unlink();
    one.seat_count_ = 0;
    one.body_.reset();
    return;
  }
  unlink(one);
  const auto left = others(one);
  one.seat_count_ = 0;
  let_go(*one.first_.in);
  for (auto& place : left) let_go(*place.in);
  one.others_.reset();
}

void hub::tidy(const outlook& at) {
  for (auto* in : at.in) {
    if (in) let_go(*in);
  }
}

void hub::let_go(hub_category& in) {
  if (!in.parked.empty()) return;
  if (in.announced) {
    try {
      departures_.push_back(in.name);
    } catch (const std::bad_alloc&) {
      return;  // stays announced, and known, until its next event or poll
    }
    in.announced = false;
  }
  if (!in.ring.empty()) return;
  const category_name name = in.name;  // the key views it
  categories_.erase(std::string_view(*name));
}

poll* hub::pop_due(body_ptr& body) {
  if (due_.empty()) {
    if (woken_.empty()) return nullptr;
    settle_one();
  }
  auto& one = due_.front();
  due_.pop_front();
  if (!woken_.empty()) fetch_ahead(&woken_.front());
  body = std::move(one.body_);
  one.seat_count_ = 0;
  return &one;
}

poll* hub::pop_timed_out(steady_time now, unix_ms promise, body_ptr& body) {
  return ended(timeouts_.pop_due(now), promise, body);
}

poll* hub::pop_any(unix_ms promise, body_ptr& body) { return ended(timeouts_.pop_any(), promise, body); }

poll* hub::ended(deadline* popped, unix_ms promise, body_ptr& body) {
  auto* one = static_cast<poll*>(popped);
  if (!one) return nullptr;
  try {
    body = time_out(*one, promise);
  } catch (const std::exception&) {
    timeouts_.arm(*one, {});  // still parked: its time is over the next time too
    throw;
  }
  return one;
}

void hub::arm_expiry(hub_category& in) {
  const std::chrono::seconds life{limits_.event_time_to_live_seconds};
  if (life.count() > 0 && !in.ring.empty() && !in.armed()) expiries_.arm(in, in.ring.oldest() + life);
}

bool hub::expire_events(steady_time now, std::size_t budget) {
  const auto edge = now - std::chrono::seconds(limits_.event_time_to_live_seconds);
  settle();
  while (auto* due = expiries_.pop_due(now)) {
    auto& in = *static_cast<hub_category*>(due);
    while (budget > 0 && in.ring.lose_expired(edge)) --budget;
    arm_expiry(in);
    let_go(in);
    if (budget == 0) return true;
  }
  return false;
}

std::optional<steady_time> hub::next_deadline() const {
  const auto timeout = timeouts_.next();
  const auto expiry = expiries_.next();
  return timeout && expiry ? std::min(*timeout, *expiry) : timeout ? timeout : expiry;
}

}  // namespace longpolld
