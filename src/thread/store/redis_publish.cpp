#include "longpolld/thread/shard.hpp"
#include "longpolld/thread/store/redis_store.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace longpolld {
namespace {

// What is not sent is certainly not stored: so not all is sent at once when Redis is slow.
constexpr std::size_t redis_events_under_way = 2000;
constexpr std::size_t redis_bytes_under_way = 4 << 20;

/// Errors of which the first word says that nothing was done.
constexpr std::array<std::string_view, 16> harmless = {
    "OOM",    "READONLY", "LOADING", "BUSY",        "NOSCRIPT",   "WRONGTYPE", "MISCONF", "NOREPLICAS",
    "NOAUTH", "NOPERM",   "DAMAGED", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN",  "MOVED",   "HISTORY"};

bool is_harmless(std::string_view text) {
  return std::find(harmless.begin(), harmless.end(), text.substr(0, text.find(' '))) != harmless.end();
}

/// The ids of these drafts, from `<ms>-<ordinal> …`; nothing when it is anything else.
std::optional<event_ids> read_ids(std::string_view text, const wire::drafts& of, std::uint64_t key) {
  event_ids ids;
  const auto words = ascii::split(text, ' ');
  if (words.size() != of.size()) return std::nullopt;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto at = read_redis_id(words[i]);
    if (!at) return std::nullopt;
    ids.push_back({*at, category_epoch(key, of[i].category)});
  }
  return ids;
}

}  // namespace

/// What cannot be queued for want of memory must be decided all the same, or repeats would wait for ever.
void redis_store::accept(std::unique_ptr<submission> one, const moment&) try {
  auto refused = log_.shared().refusal(one->drafts);
  const auto events = one->drafts.size();
  const auto bytes = bytes_of(*one);
  if (!refused) {
    const std::lock_guard lock(mutex_);
    refused = queued_.take(events, bytes);
    if (!refused) queue_.push(std::move(one));
  }
  if (!one) return bell_.ring();
  decide(std::move(one), std::move(*refused));
} catch (const std::bad_alloc&) {
  if (one) refuse(std::move(one), "the server has no memory left for this");
}

// -- its thread

void redis_store::publish_some() {
  while (!waiting_.empty() && is_usable() && events_under_way_ < redis_events_under_way &&
         bytes_under_way_ < redis_bytes_under_way) {
    const auto one = waiting_.front();
    waiting_.pop_front();
    try {
      send(one);
    } catch (const std::bad_alloc&) {
      taken_back(*one);
      fail(*one, "the server has no memory left for this", false);
    }
  }
  if (limits_.redis_wait_replicas > 0 && is_usable()) await_replicas();
}

void redis_store::send(const publish_ptr& one) {
  auto& drafts = one->one->drafts;
  std::vector<std::string> names, sums, numbers, keys{keys_.meta, keys_.log};
  for (const auto& draft : drafts) {
    const auto known = std::find(names.begin(), names.end(), draft.category);
    numbers.push_back(std::to_string(known - names.begin() + 1));
    if (known != names.end()) continue;
    names.push_back(draft.category);
    keys.push_back(keys_.category(draft.category));
  }
  const auto& repeats = one->one->repeats;
  const auto body = repeats ? to_hex(repeats->body) : std::string();
  if (repeats) keys.push_back(keys_.repeat(to_hex(repeats->key)));
  const std::array<std::string, 5> limits = {
      std::to_string(limits_.max_event_buffer_size), std::to_string(limits_.redis_log_events),
      std::to_string(keep_.count()), std::to_string(repeats ? 1000 * limits_.idempotency_seconds : 0),
      std::to_string(names.size())};
  std::vector<std::string_view> words(keys.begin(), keys.end());
  words.insert(words.end(), {key_text_, limits[0], limits[1], limits[2], limits[3], body, limits[4]});
  sums.reserve(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    wire::finish_event(*drafts[i].text, {});  // its number comes from Redis, and is no part of what is kept
    const auto text = wire::kept_text(*drafts[i].text);
    words.insert(words.end(), {numbers[i], drafts[i].category,
                               sums.emplace_back(redis_sum(drafts[i].category, text)), text});
  }
  one->history = key_;
  one->sent = read_steady();
  under_way_.push_back(one);
  events_under_way_ += one->events;
  bytes_under_way_ += one->bytes;
  desk_->call(redis_desk::script::publish, keys.size(), words,
              [this, one](const redis_desk::answer& told) { published(one, told); });
}

void redis_store::taken_back(const publish& one) {
  const auto at = std::find_if(under_way_.begin(), under_way_.end(),
                               [&](const publish_ptr& other) { return other.get() == &one; });
  if (at == under_way_.end()) return;
  under_way_.erase(at);
  events_under_way_ -= one.events;
  bytes_under_way_ -= one.bytes;
}

/// Answers come in the order of calls. What fails for want of memory is decided here all the same.
void redis_store::published(const publish_ptr& one, const redis_desk::answer& told) try {
  taken_back(*one);
  if (!one->one) return;  // it took too long
  const bool is_another = told.is_error("HISTORY");
  if (is_another || (!told.with && !told.was_sent)) {
    // Nothing was done, and it comes again in its order: those behind are told the same, later.
    if (is_another) doubt();
    const auto behind = std::find_if(waiting_.begin(), waiting_.end(),
                                     [&](const publish_ptr& next) { return next->number > one->number; });
    waiting_.insert(behind, one);
    return;
  }
  tallies_.commits.add(read_steady() - one->sent);
  if (!told.is_good()) return refused(*one, told);
  if (one->history != key_) {  // another one was adopted before this was read
    return fail(*one, "what was stored is lost: Redis has another history now", true);
  }
  const auto& all = told.with->elements;
  auto ids = all.size() == 3 ? read_ids(all[2].text, one->one->drafts, key_) : std::nullopt;
  if (!ids) return fail(*one, "Redis answers what nobody has asked", true);
  one->n = static_cast<std::uint64_t>(all[1].number);
  note_behind(one->n);
  one->one->is_replayed = all[0].number == 1;
  one->ids = std::move(ids);
  (limits_.redis_wait_replicas > 0 ? unreplicated_ : stored_).push_back(one);
  acknowledge();
} catch (const std::bad_alloc&) {
  fail(*one, "the server has no memory left for this", true);
}

void redis_store::refused(publish& one, const redis_desk::answer& told) {
  if (!told.with) return fail(one, "Redis was lost before it answered", true);
  if (told.is_error("OTHERBODY")) {
    give_room(one.events, one.bytes);
    return decide(std::move(one.one), repeats::other_body());
  }
  const auto why = told.with->text;
  log::warn("Redis has refused a publish", {{"what", why}});
  fail(one, "Redis refuses to store this now", !is_harmless(why));
  if (told.is_for_another()) desk_->end("it answers: " + why);
}

/// One call at a time, and its answer is for all that was answered before it. What was sent since has
/// another, though it was answered together with the last one: a replica that is away holds up no more of the
/// connection.
void redis_store::await_replicas() {
  if (is_awaiting_replicas_ || (under_way_.empty() && unreplicated_.empty())) return;
  const auto count = std::to_string(limits_.redis_wait_replicas);
  const auto most = std::to_string(patience_.count() * 3 / 4);
  is_awaiting_replicas_ = true;
  try {
    desk_->command(std::array<std::string_view, 3>{"WAIT", count, most},
                   [this](const redis_desk::answer& told) { awaited(told); });
  } catch (const std::bad_alloc&) {
    is_awaiting_replicas_ = false;
    throw;
  }
}

void redis_store::awaited(const redis_desk::answer& told) {
  is_awaiting_replicas_ = false;
  const bool is_well = told.is_good() && told.with->number >= limits_.redis_wait_replicas;
  while (!unreplicated_.empty()) {
    const auto one = unreplicated_.front();
    unreplicated_.pop_front();
    if (is_well) {
      stored_.push_back(one);
    } else {
      fail(*one, "too few replicas of Redis have it in time", true);
    }
  }
  acknowledge();
}

/// What was stored is answered once this node shows it.
void redis_store::acknowledge() {
  submissions all;
  std::size_t events = 0, bytes = 0;
  while (!stored_.empty() && stored_.front()->n <= applied_) {
    const auto one = stored_.front();
    stored_.pop_front();
    if (!one->one) continue;
    events += one->events;
    bytes += one->bytes;
    one->one->decided.emplace(std::move(*one->ids));
    all.push(std::move(one->one));
  }
  give_room(events, bytes);
  decided(all);
}

void redis_store::give_room(std::size_t events, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  queued_.give(events, bytes);
}

void redis_store::fail(publish& one, const char* why, bool maybe_stored) {
  if (!one.one) return;
  give_room(one.events, one.bytes);
  refuse(std::move(one.one), why, maybe_stored);
}

/// They are in the order of their time.
void redis_store::expire(std::deque<publish_ptr>& all, steady_time now, bool maybe_stored) {
  for (const auto& one : all) {
    if (one->until > now) break;
    fail(*one, "Redis did not answer in time", maybe_stored);
  }
  if (&all == &under_way_) return;  // each is taken out once its call has ended
  while (!all.empty() && !all.front()->one) all.pop_front();
}

}  // namespace longpolld
