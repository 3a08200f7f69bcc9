#include "longpolld/thread/shard.hpp"
#include "longpolld/thread/store/redis_store.hpp"
#include "longpolld/words/log.hpp"

#include <array>

namespace longpolld {
namespace {

using guard = critical_section::guard;

// Polls that end are promised what was asked for so long ago at most; readiness is as old.
constexpr std::chrono::milliseconds time_pause{250};
constexpr std::chrono::seconds load_pause{1};
constexpr int health_turns = 4;  // of these pauses, with nobody to promise anything to

}  // namespace

void redis_store::fetch(std::unique_ptr<submission> one, const moment&) {
  {
    const std::lock_guard lock(mutex_);
    asked_.push(std::move(one));
  }
  bell_.ring();
}

// -- its thread

/// Each new question waits for the categories that are cold, and for all that was published before it.
void redis_store::ask() {
  if (!is_usable()) return;
  for (auto& [name, one] : loads_) {
    if (!one.is_under_way) load_on(one);
  }
  if (new_questions_.empty()) return;
  std::vector<question_ptr> left;
  for (const auto& one : new_questions_) {
    if (!one->one) continue;
    if (one->parts == 0) {
      one->parts = 1;
      std::vector<std::string> cold;
      {
        const guard inside(log_);
        for (const auto& name : one->one->fetches) {
          if (log_.shared().is_cold(name)) cold.push_back(name);
        }
      }
      for (const auto& name : cold) {
        ++one->parts;
        load(name);
        loads_.find(name)->second.askers.push_back(one);
      }
    }
    left.push_back(one);
  }
  new_questions_.swap(left);
  if (!new_questions_.empty() && (is_well_ || read_clocks().steady >= time_at_)) ask_time();
}

/// What was asked for before this call is answered by it; the next ones wait for the next call.
void redis_store::ask_time(bool promises) {
  if (is_asking_time_) return;
  const auto now = read_clocks();
  time_at_ = now.steady + time_pause;
  bool is_for_polls = false;
  {
    const guard inside(log_);
    is_for_polls = log_.shared().wants_time(now) || log_.shared().has_polls();
  }
  is_for_polls = is_for_polls || !new_questions_.empty();
  if (!is_for_polls && is_well_ && ++idle_turns_ < health_turns) return;
  idle_turns_ = 0;
  timed_.swap(new_questions_);  // it is empty while nothing is asked
  is_asking_time_ = true;
  const std::array<std::string_view, 3> words = {keys_.meta, key_text_, promises ? "1" : "0"};
  try {
    desk_->call(redis_desk::script::time, 1, words,
                [this, promises](const redis_desk::answer& told) { told_time(told, promises); });
  } catch (const std::bad_alloc&) {
    is_asking_time_ = false;
    timed_.swap(new_questions_);
    throw;
  }
}

void redis_store::told_time(const redis_desk::answer& told, bool promises) {
  is_asking_time_ = false;
  if (!told.with) return;  // desk_changed() has it asked again
  std::vector<question_ptr> all;
  all.swap(timed_);
  if (promises || !told.is_good()) is_well_ = told.is_good();
  if (!told.is_good()) {
    new_questions_.insert(new_questions_.end(), all.begin(), all.end());
    time_at_ = read_clocks().steady + time_pause;
    if (told.is_error("HISTORY")) return doubt();
    say_lost(told.with->text);
    if (told.is_for_another()) {
      desk_->end("it answers: " + told.with->text);
    } else if (promises && !new_questions_.empty()) {
      ask_time(false);  // it may be read though it cannot be written
    }
    return;
  }
  const auto n = static_cast<std::uint64_t>(told.with->elements.at(0).number);
  const unix_ms time = told.with->elements.at(1).number;
  note_behind(n);
  if (promises) {
    promises_.emplace_back(n, time);
    tail_->saw(time);
  }
  for (const auto& one : all) until_n_.emplace_back(n, one);
  keep_promises();
  if (!new_questions_.empty()) ask_time(promises);
}

/// What was promised holds here once all is applied that came before.
void redis_store::keep_promises() {
  while (!promises_.empty() && promises_.front().first <= applied_) {
    const auto until = promises_.front().second;
    promises_.pop_front();
    const guard inside(log_);
    log_.shared().keeps_time(until);
  }
  while (!until_n_.empty() && until_n_.front().first <= applied_) {
    const auto one = until_n_.front().second;
    until_n_.pop_front();
    answer_part(one);
  }
}

void redis_store::answer_part(const question_ptr& of) {
  if (--of->parts > 0 || !of->one) return;
  decide(std::move(of->one), event_ids());
}

// -- loading

/// Has the category loaded, unless it is being.
void redis_store::load(const std::string& name) {
  const auto [at, is_new] = loads_.try_emplace(name, loading{redis_category(name, base_, keep_), {}, {}});
  if (is_new && is_usable()) load_on(at->second);
}

/// From the beginning. What comes meanwhile is noted from now on.
void redis_store::load_on(loading& one) {
  one.what = redis_category(one.what.name(), base_, keep_);
  one.meanwhile.clear();
  one.number = ++load_number_;
  one.is_under_way = true;
  load_more(one);
}

void redis_store::load_more(loading& one) {
  const auto& name = one.what.name();
  const auto stream = keys_.category(name), count = std::to_string(at_once_);
  const std::array<std::string_view, 5> words = {keys_.meta, stream, key_text_, one.what.next(), count};
  try {
    desk_->call(
        redis_desk::script::load, 2, words,
        [this, name, number = one.number](const redis_desk::answer& told) { loaded(name, number, told); });
  } catch (const std::bad_alloc&) {
    one.is_under_way = false;
    throw;
  }
}

void redis_store::loaded(const std::string& name, std::uint64_t number, const redis_desk::answer& told) {
  const auto at = loads_.find(name);
  if (at == loads_.end() || at->second.number != number || !told.with) return;
  auto& one = at->second;
  if (told.is_error("HISTORY")) {
    one.is_under_way = false;
    return doubt();
  }
  if (!told.is_good() || !one.what.add(*told.with)) {
    log::error("a category cannot be read from Redis", {{"category", name}, {"what", told.with->text}});
    for (const auto& asker : one.askers) {
      if (asker->one) refuse(std::move(asker->one), "the category cannot be read from Redis");
    }
    loads_.erase(at);
    awaits_loads_ = true;
    awaited_at_ = read_clocks().steady + load_pause;
    return;
  }
  if (one.what.added() >= at_once_) return load_more(one);
  one.is_under_way = false;
  fill(one);
  for (const auto& asker : one.askers) answer_part(asker);
  loads_.erase(at);
}

void redis_store::fill(loading& one) {
  if (one.what.damaged() > 0) {
    log::warn("events that no node has written stand in a category and are skipped",
              {{"category", one.what.name()}, {"events", one.what.damaged()}});
  }
  const auto now = read_clocks();
  std::vector<event_ptr> events;
  const auto kept = one.what.filled(category_epoch(key_, one.what.name()), now, events);
  history::publication done;
  {
    const guard inside(log_);
    log_.shared().fill(kept, now, done);
  }
  after(done);
  apply(one.meanwhile, now.steady);
}

/// Polls wait on categories that are cold.
void redis_store::load_awaited() {
  awaits_loads_ = false;
  std::vector<std::string> names;
  {
    const guard inside(log_);
    names = log_.shared().awaited();
  }
  for (const auto& name : names) load(name);
}

}  // namespace longpolld
