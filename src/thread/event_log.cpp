#include "longpolld/thread/event_log.hpp"

#include <algorithm>
#include <exception>
#include <set>

namespace longpolld {
namespace {

constexpr std::size_t entries_per_read = 512;
constexpr std::size_t lag_entries_max =
    256;  // a shard further behind is woken, so that the sequence stays short
constexpr std::size_t expiries_per_call = 1024;

}  // namespace

event_log::event_log(const config& limits, std::size_t shards, std::uint64_t history_key, const moment& now,
                     std::function<void(std::size_t)> wake, std::function<void(std::string_view)> reached)
    : limits_(limits),
      history_key_(history_key),
      wake_(std::move(wake)),
      reached_(std::move(reached)),
      floor_{clock_.read(now), 0},
      read_(shards) {}

bool event_log::has_room(std::span<const wire::draft> drafts) const {
  const auto most = static_cast<std::size_t>(limits_.max_categories);
  if (records_.histories() + drafts.size() <= most) return true;
  // Those that cannot be forgotten, and those of this request, must fit together.
  std::set<std::string_view> fresh;
  for (const auto& one : drafts) {
    const auto* known = records_.find(one.category);
    const bool stays = known && known->has_history() && known->is_busy();
    if (!stays) fresh.insert(one.category);
  }
  return records_.busy() + fresh.size() <= most;
}

void event_log::forget_one() {
  auto* one = records_.oldest_idle(false);
  if (!one) one = records_.oldest_idle(true);
  floor_ = {std::max(floor_.ms, one->ring.last().ms), std::max(floor_.ordinal, one->ring.last().ordinal)};
  sequence_.push_back({log_entry::kind::forgotten, one->name, floor_, nullptr});
  counts_.buffer_bytes -= one->ring.lose_through(one->ring.last().ordinal);
  ++counts_.forgotten_categories;
  records_.erase(*one);
}

event_id event_log::append(const wire::draft& from, boost::intrusive_ptr<event> made, unix_ms now,
                           shard_set& to_wake) {
  auto* one = records_.find(from.category);
  if (!one || !one->has_history()) {
    if (records_.histories() >= static_cast<std::size_t>(limits_.max_categories)) forget_one();
    if (!one) one = &records_.create(from.category, history_key_, floor_);
    records_.begin_history(*one);
  }
  const position before = one->ring.last();
  const event_id id{{clock_.stamp(now, before.ms), before.ordinal + 1}, one->epoch};
  wire::finish_event(*made, id);
  made->category = one->name;
  const std::size_t cost = made->cost_bytes();
  // All that may fail comes before anyone is asked to read it.
  sequence_.push_back({log_entry::kind::published, one->name, before, made});
  try {
    counts_.buffer_bytes -=
        one->ring.push(std::move(made), static_cast<std::size_t>(limits_.max_event_buffer_size));
  } catch (const std::exception&) {
    sequence_.pop_back();
    throw;
  }
  counts_.buffer_bytes += cost;
  ++counts_.published;
  to_wake |= records_.wake(*one);
  records_.use(*one);
  records_.ring_changed(*one);
  if (limits_.event_time_to_live_seconds > 0 && !one->armed()) {
    expiries_.arm(*one, one->ring.oldest() + std::chrono::seconds(limits_.event_time_to_live_seconds));
  }
  shrink(*one);
  return id;
}

void event_log::shrink(const log_record& newest) {
  while (counts_.buffer_bytes > static_cast<std::size_t>(limits_.max_buffer_bytes)) {
    auto* victim = records_.oldest_idle(true);
    const bool is_idle = victim && victim != &newest;
    if (!is_idle && records_.oldest_busy()) victim = records_.oldest_busy();
    const std::size_t spared = !victim || victim == &newest ? 1 : 0;
    if (!victim || victim->ring.size() <= spared) return;
    const std::size_t lost = is_idle ? victim->ring.size() : 1;
    const position through = victim->ring.before(lost);
    sequence_.push_back({log_entry::kind::dropped, victim->name, through, nullptr});
    counts_.buffer_bytes -= victim->ring.lose_through(through.ordinal);
    counts_.dropped_events += lost;
    if (is_idle) ++counts_.dropped_categories;
    records_.ring_changed(*victim);
  }
}

outcome<event_ids> event_log::publish(std::span<const wire::draft> drafts, std::size_t own_shard,
                                      const moment& now) {
  boost::container::small_vector<boost::intrusive_ptr<event>, 1> made;
  made.reserve(drafts.size());
  for (const auto& one : drafts) {
    made.push_back(wire::begin_event(one));
    made.back()->published = now.steady;
  }
  event_ids ids;
  ids.reserve(drafts.size());
  shard_set to_wake;
  std::exception_ptr failed;
  bool dropped = false;
  bool forgot = false;
  {
    const std::lock_guard lock(mutex_);
    if (!has_room(drafts)) {
      return beyond(503, "no room for a new category, all are in use:", "max_categories",
                    limits_.max_categories);
    }
    const unix_ms stamp = clock_.read(now);
    const counts before = counts_;
    try {
      for (std::size_t i = 0; i < drafts.size(); ++i) {
        ids.push_back(append(drafts[i], std::move(made[i]), stamp, to_wake));
      }
    } catch (const std::exception&) {
      failed = std::current_exception();  // what was ordered before it is on its way
    }
    dropped = counts_.dropped_events != before.dropped_events;
    forgot = counts_.forgotten_categories != before.forgotten_categories;
    sequence_end_ = sequence_begin_ + sequence_.size();
    add_laggards(to_wake);
  }
  to_wake.reset(own_shard);
  for (std::size_t shard = 0; to_wake.any() && shard < read_.size(); ++shard) {
    if (to_wake[shard]) wake_(shard);
  }
  if (dropped) reached_("max_buffer_bytes");
  if (forgot) reached_("max_categories");
  if (failed) std::rethrow_exception(failed);
  return ids;
}

void event_log::add_laggards(shard_set& to_wake) const {
  if (sequence_.size() < lag_entries_max) return;
  for (std::size_t shard = 0; shard < read_.size(); ++shard) {
    if (sequence_begin_ + sequence_.size() - read_[shard] >= lag_entries_max) to_wake.set(shard);
  }
}

void event_log::read(std::size_t shard, std::vector<log_entry>& into) {
  into.clear();
  const std::lock_guard lock(mutex_);
  const auto begin = static_cast<std::size_t>(read_[shard] - sequence_begin_);
  const auto end = std::min(sequence_.size(), begin + entries_per_read);
  into.reserve(end - begin);  // what is moved below must not be lost for want of memory
  read_[shard] += end - begin;
  const auto slowest = *std::min_element(read_.begin(), read_.end());
  for (std::size_t i = begin; i < end; ++i) {
    auto& one = sequence_[i];
    if (sequence_begin_ + i < slowest) {
      into.push_back(std::move(one));
    } else {
      into.push_back(one);
    }
  }
  for (; sequence_begin_ < slowest; ++sequence_begin_) sequence_.pop_front();
}

std::optional<event_log::attended> event_log::attend(std::size_t shard,
                                                     std::span<const std::string_view> names,
                                                     const moment& now) {
  attended learnt;
  const std::lock_guard lock(mutex_);
  if (!at_end(shard)) return std::nullopt;
  for (const auto& name : names) {
    auto* one = records_.find(name);
    if (!one) one = &records_.create(name, history_key_, floor_);
    records_.attend(*one, shard);
    learnt.tails.emplace_back(one->name, one->ring.last());
  }
  learnt.now = clock_.read(now);
  return learnt;
}

void event_log::leave(std::size_t shard, std::span<const category_name> names) {
  const std::lock_guard lock(mutex_);
  for (const auto& name : names) {
    if (auto* one = records_.find(*name)) records_.leave(*one, shard);
  }
}

std::optional<unix_ms> event_log::promise(std::size_t shard, const moment& now) {
  const std::lock_guard lock(mutex_);
  if (!at_end(shard)) return std::nullopt;
  const unix_ms until = clock_.read(now);
  clock_.promise(until);
  return until;
}

void event_log::take(std::span<const event_ptr> events) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : events) {
    auto* in = records_.find(*one->category);
    if (!in) continue;
    counts_.buffer_bytes -= in->ring.take(one->at.ordinal);
    sequence_.push_back({log_entry::kind::taken, one->category, one->at, nullptr});
    records_.ring_changed(*in);
  }
  sequence_end_ = sequence_begin_ + sequence_.size();
}

bool event_log::expire(const moment& now) {
  const std::lock_guard lock(mutex_);
  const auto life = std::chrono::seconds(limits_.event_time_to_live_seconds);
  std::size_t budget = expiries_per_call;
  while (auto* due = expiries_.pop_due(now.steady)) {
    auto& one = *static_cast<log_record*>(due);
    while (budget > 0) {
      const auto freed = one.ring.lose_expired(now.steady - life);
      if (!freed) break;
      counts_.buffer_bytes -= *freed;
      --budget;
    }
    records_.ring_changed(one);
    if (!one.ring.empty()) expiries_.arm(one, one.ring.oldest() + life);
    if (budget == 0) return true;
  }
  return false;
}

event_log::counts event_log::count() const {
  const std::lock_guard lock(mutex_);
  counts now = counts_;
  now.categories = records_.histories();
  return now;
}

}  // namespace longpolld
