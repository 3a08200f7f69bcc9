#include "longpolld/heart/hub.hpp"

#include <algorithm>

namespace longpolld {
namespace {

constexpr std::string_view future_warning =
    "since_time is in the future of this server's clock; the poll waits from now on";

}  // namespace

hub::reach hub::resolve(hub_category& in, const subscribe_query& query, std::size_t which) const {
  auto& ring = in.ring;
  const auto everything = reach{&in, 0, true};
  const auto by_time = [&](unix_ms since) {
    const bool gap = since == 0 ? ring.lost().ordinal > 0 : ring.lost().ms > since;
    return reach{&in, ring.from_time(since + 1), gap};
  };
  const auto by_position = [&](const event_id& id) -> reach {
    if (id.epoch != in.epoch) return everything;
    const std::size_t index = ring.after(id.at.ordinal);
    // The timestamp in the id must be that of the event it names, as far as that is still known.
    const position before = ring.before(index);
    if (before.ordinal == id.at.ordinal && index > 0 && before.ms != id.at.ms) return everything;
    const bool beyond_end = id.at.ordinal > ring.last().ordinal;
    return {&in, index, beyond_end || ring.lost().ordinal > id.at.ordinal};
  };

  if (!query.cursor.empty() && query.cursor[which] != no_position) return by_position(query.cursor[which]);
  if (!query.last_id) {
    return query.since_time ? by_time(*query.since_time) : reach{&in, ring.size(), false};
  }
  const auto id = decode(*query.last_id);
  if (!id) {  // a foreign UUID: events of since_time's own millisecond may be unseen
    return query.since_time && *query.since_time > 0 ? by_time(*query.since_time - 1) : everything;
  }
  if (query.since_time && *query.since_time > id->at.ms) return by_time(*query.since_time);
  return by_position(*id);
}

body_ptr hub::answer(const subscribe_query& query, outlook& at, bool peek) {
  boost::container::small_vector<reach, 1> from;
  bool any = false;
  at.gaps = 0;
  for (std::size_t i = 0; i < at.in.size(); ++i) {
    from.push_back(resolve(*at.in[i], query, i));
    any = any || from.back().index < from.back().in->ring.size();
    if (from.back().gap) at.gaps |= 1U << i;
  }
  return any ? gather(from, false, peek, false) : nullptr;
}

/// The reply from these places on; polls at the same place of the same category share one. Null when there is
/// nothing, or all of it was retrieved by others meanwhile. `waited`: the polls were parked when the event
/// came, so they all get it.
body_ptr hub::gather(std::span<reach> from, bool waited, bool peek, bool from_future) {
  const bool claims = limits_.delete_event_after_first_retrieval && !peek;
  if (from.size() > 1 || claims || from_future) return merge(from, waited, claims, from_future);
  const auto& [in, index, gap] = from.front();
  const std::uint64_t before = in->ring.ordinal_before(index);
  const std::uint64_t to = in->ring.last().ordinal;
  auto& last = last_reply_;
  if (last.epoch != in->epoch || last.from != before || last.to != to || last.gap != gap || !last.body) {
    last = {in->epoch, before, to, gap, nullptr};
    last.body = merge(from, waited, claims, from_future);
  }
  return last.body;
}

/// Merges the events of all reaches, oldest first, up to the limits of a reply.
body_ptr hub::merge(std::span<reach> from, bool waited, bool claims, bool from_future) {
  boost::container::small_vector<event_ptr, 4> found;
  std::size_t bytes = 0;
  while (found.size() < static_cast<std::size_t>(limits_.max_events_per_reply)) {
    reach* oldest = nullptr;
    for (auto& one : from) {
      if (one.index == one.in->ring.size()) continue;
      if (!oldest || one.in->ring[one.index]->at.ms < oldest->in->ring[oldest->index]->at.ms) oldest = &one;
    }
    if (!oldest) break;
    const auto& next = oldest->in->ring[oldest->index];
    bytes += next->json().size() + 1;
    if (!found.empty() && bytes > static_cast<std::size_t>(limits_.max_reply_bytes)) break;
    ++oldest->index;
    const bool mine = !claims || !next->claimed.exchange(true);
    if (mine && claims) retrieved_.push_back(next);
    if (mine || waited) found.push_back(next);
  }
  if (found.empty()) return nullptr;
  wire::notes also;
  for (const auto& one : from) {
    also.cursor.push_back({one.in->ring.before(one.index), one.in->epoch});
    if (one.gap) also.gap.push_back(*one.in->name);
  }
  if (from_future) also.warning = future_warning;
  return wire::events(found, also);
}

void hub::settle() {
  while (!woken_.empty()) settle_one();
  // Only now: another poll that was woken may have stood in the same categories.
  for (const auto& name : std::exchange(left_behind_, {})) {
    if (auto* known = find(*name)) let_go(*known);
  }
}

void hub::settle_one() {
  auto& one = woken_.front();
  settle(one);
  woken_.pop_front();
  due_.push_back(one);
}

void hub::settle(poll& one) {
  boost::container::small_vector<reach, 1> from;
  const auto stood_at = [&](const seat& place) {
    const auto& ring = place.in->ring;
    const bool gap = ((one.gaps_ >> from.size()) & 1U) != 0 || ring.lost().ordinal > place.from.ordinal;
    from.push_back({place.in, ring.after(place.from.ordinal), gap});
  };
  stood_at(one.first_);
  for (const auto& place : others(one)) stood_at(place);
  one.body_ = gather(from, true, false, one.from_future_);
  if (from.size() == 1) return;
  for (const auto& place : from) left_behind_.push_back(place.in->name);
  one.others_.reset();
}

body_ptr hub::time_out(poll& one, unix_ms promise) {
  wire::notes also;
  for (std::size_t i = 0; i < one.seat_count_; ++i) {
    const auto& in = *(i == 0 ? one.first_ : one.others_[i - 1]).in;
    also.cursor.push_back({in.ring.last(), in.epoch});
    promise = std::max(promise, in.ring.last().ms);
    if (((one.gaps_ >> i) & 1U) != 0) also.gap.push_back(*in.name);
  }
  if (one.from_future_) also.warning = future_warning;
  auto body = wire::timeout(promise, also);
  leave(one);
  return body;
}

}  // namespace longpolld
