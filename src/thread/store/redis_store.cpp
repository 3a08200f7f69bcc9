#include "longpolld/thread/store/redis_store.hpp"

#include "longpolld/thread/shard.hpp"
#include "longpolld/thread/store/redis_password.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::milliseconds redis_tick{50};
constexpr std::size_t answer_bytes_spare = 1 << 20;
constexpr std::size_t entry_bytes_spare = 8 << 10;  // a category's name escaped, an entry's other fields

/// How many entries are read at once, so that an answer has a bound.
std::size_t entries_at_once(const config& of) {
  const auto each = static_cast<std::size_t>(of.max_event_bytes) + entry_bytes_spare;
  return std::clamp<std::size_t>((std::size_t{16} << 20) / each, 16, 1000);
}

redis_link::settings settings_of(const config& of) {
  auto url = redis_url::parse(of.redis_url).value();
  if (!of.redis_password_file.empty()) {
    auto password = read_redis_password(of.redis_password_file);
    if (!password) throw std::runtime_error("redis_password_file: " + password.error().text);
    url.password = std::move(*password);
  }
  const auto each = static_cast<std::size_t>(of.max_event_bytes) + entry_bytes_spare;
  return {std::move(url), std::chrono::seconds(of.redis_timeout_seconds),
          entries_at_once(of) * each + answer_bytes_spare, of.redis_ca_file};
}

/// What nodes of one history must have in common.
std::string limits_of(const config& of) {
  std::string text;
  for (const auto limit :
       {&config::max_event_buffer_size, &config::event_time_to_live_seconds, &config::max_event_bytes,
        &config::idempotency_seconds, &config::redis_log_events, &config::redis_category_keep_days}) {
    text += (text.empty() ? "" : " ") + std::string(option_of(limit).name) + '=' + std::to_string(of.*limit);
  }
  return text;
}

}  // namespace

redis_store::redis_store(const config& limits, event_log& log, bring back)
    : store(limits, log, std::move(back)),
      limits_(limits),
      link_(settings_of(limits)),
      keys_(limits.redis_prefix),
      limits_text_(limits_of(limits)),
      at_once_(entries_at_once(limits)),
      patience_(std::chrono::seconds(limits.redis_timeout_seconds)),
      keep_(std::chrono::hours(24 * limits.redis_category_keep_days)),
      watching_(
          context_, [] {}, [this] { turn(); }),
      bell_(watching_),
      timer_(context_) {
  set_state(state::loading);
  desk_ = std::make_unique<redis_desk>(link_, watching_, context_,
                                       [this](const std::string* why) { desk_changed(why); });
  tail_ = std::make_unique<redis_tail>(link_, keys_, limits_text_, at_once_, watching_, context_,
                                       static_cast<redis_tail::user&>(*this));
}

redis_store::~redis_store() { stop(); }

std::string_view redis_store::trouble() const {
  return current_state() == state::loading ? "Redis has not been reached yet"
                                           : "Redis cannot be reached or written";
}

/// It serves from the start on: it says by itself what it cannot do yet.
void redis_store::start(std::function<void(const load_progress&)> tell) {
  thread_ = std::thread([this] { run(); });
  if (tell) tell({});
}

void redis_store::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  bell_.ring();
  thread_.join();
}

// -- its thread

void redis_store::run() {
  tick();
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception& why) {
      log::error("the thread that talks to Redis has failed at something",
                 {{"what", std::string_view(why.what())}});
    }
  }
  for (auto* all : {&waiting_, &under_way_, &unreplicated_, &stored_}) {
    while (!all->empty()) {
      fail(*all->front(), "the server is stopping", all != &waiting_);
      all->pop_front();
    }
  }
  for (const auto& one : questions_) {
    if (one->one) refuse(std::move(one->one), "the server is stopping");
  }
}

void redis_store::tick() {
  timer_.expires_after(redis_tick);
  timer_.async_wait([this](const boost::system::error_code& failed) {
    if (!failed) tick();
  });
  const auto now = read_clocks().steady;
  desk_->tick(now);
  tail_->tick(now);
  expire(stored_, now, true);
  expire(unreplicated_, now, true);
  expire(under_way_, now, true);
  expire(waiting_, now, false);
  for (auto& one : questions_) {
    if (one->one && now >= one->until) refuse(std::move(one->one), "Redis did not answer in time");
  }
  for (auto* all : {&questions_, &new_questions_, &purges_}) {
    std::erase_if(*all, [](const question_ptr& one) { return !one->one; });
  }
  if (awaits_loads_ && now >= awaited_at_) load_awaited();
  if (now >= time_at_ && is_usable()) ask_time();
  if (tail_->skipped() != skipped_) {
    skipped_ = tail_->skipped();
    log::warn("entries that no node has written stand in the log and are skipped", {{"entries", skipped_}});
  }
  turn();
}

/// Does what there is to be done, as far as it goes.
void redis_store::turn() {
  take();
  publish_some();
  purge_some();
  ask();
  look_at_state();
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_) return;
  }
  const auto now = read_clocks().steady;
  if (stop_at_ == steady_time{}) stop_at_ = now + patience_;
  const bool is_idle = waiting_.empty() && under_way_.empty() && unreplicated_.empty() && stored_.empty();
  if (is_idle || now >= stop_at_ || !is_usable()) context_.stop();
}

/// What is to be done for shards. What fails for want of memory is taken the next time.
void redis_store::take() {
  if (came_.empty() && came_asked_.empty()) {
    const std::lock_guard lock(mutex_);
    came_.swap(queue_);
    came_asked_.swap(asked_);
  }
  const auto now = read_clocks().steady;
  while (!came_.empty()) {
    auto made = std::make_shared<publish>();
    waiting_.push_back(made);
    made->one = came_.pop();
    made->number = ++came_number_;
    made->until = now + patience_;
    made->events = made->one->drafts.size();
    made->bytes = bytes_of(*made->one);
  }
  while (!came_asked_.empty()) {
    auto made = std::make_shared<question>();
    const bool is_purge = came_asked_.front()->purges.has_value();
    questions_.push_back(made);
    (is_purge ? purges_ : new_questions_).push_back(made);
    made->one = came_asked_.pop();
    made->until = now + patience_;
  }
}

void redis_store::look_at_state() {
  const bool is_ready = is_usable() && is_well_;
  if (is_ready == (current_state() == state::ready)) return;
  if (is_ready) {
    log::info(was_ready_ ? "Redis is there again" : "the history in Redis is followed",
              {{"redis", link_.url.shown()}, {"entries", applied_}});
    was_ready_ = true;
    has_said_ = false;
    set_state(state::ready);
  } else if (was_ready_) {
    set_state(state::failing);
  }
}

void redis_store::say_lost(const std::string& why) {
  if (std::exchange(has_said_, true)) return;
  log::error("Redis cannot be used, and what is published is refused until it can",
             {{"redis", link_.url.shown()}, {"why", why}});
}

void redis_store::desk_changed(const std::string* why) {
  is_asking_time_ = false;
  if (why) {
    say_lost(*why);
    for (auto& [name, one] : loads_) one.is_under_way = false;
    // No later connection's WAIT knows what this one has written.
    for (const auto& one : unreplicated_) fail(*one, "Redis was lost before its replicas had it", true);
    unreplicated_.clear();
    new_questions_.insert(new_questions_.end(), timed_.begin(), timed_.end());
    timed_.clear();
  } else {
    tallies_.connected.add();
    time_at_ = {};
  }
}

void redis_store::strayed(const std::string& why) {
  is_following_ = false;
  say_lost(why);
}

/// Nothing is asked for until it is known which history there is.
void redis_store::doubt() {
  is_following_ = false;
  tail_->doubt();
}

void redis_store::follows() {
  is_following_ = true;
  acknowledge();
  keep_promises();
}

}  // namespace longpolld
