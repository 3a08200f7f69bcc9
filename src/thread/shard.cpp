#include "longpolld/thread/shard.hpp"

#include "longpolld/words/log.hpp"

#include <boost/asio/bind_allocator.hpp>

#include <algorithm>

namespace longpolld {
namespace {

// One turn's share, so that a category with very many polls never holds up another.
constexpr std::size_t wakes_per_turn = 256;
constexpr std::uint64_t unread_per_batch = 32;
constexpr std::size_t timeouts_per_turn = 256;
constexpr std::size_t expiries_per_turn = 1024;
constexpr std::chrono::milliseconds drain_interval{10};
constexpr std::size_t drain_steps = 80;
constexpr std::size_t drain_step_least = 64;
constexpr std::chrono::milliseconds retry_pause{100};
constexpr std::chrono::hours first_wait{1};

}  // namespace

moment read_clocks() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::steady_clock::now(),
          std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()};
}

shard::shard(const config& limits, event_log& log, std::size_t index)
    : limits_(limits),
      log_(log),
      index_(index),
      hub_(limits, log.history_key(), log.shards()),
      timer_(context_),
      drain_timer_(context_) {
  schedule(now_.steady + first_wait);  // has Asio's queue of timers allocated before memory can be short
}

shard::~shard() = default;

outcome<event_ids> shard::publish(std::span<const wire::draft> drafts) {
  look_at_clocks();
  return log_.publish(drafts, index_, now_);
}

void shard::catch_up() {
  // What could not be applied for want of memory comes first the next time.
  while (applied_ < unread_.size() || !log_.at_end(index_)) {
    if (applied_ == unread_.size()) {
      log_.read(index_, unread_);
      applied_ = 0;
    }
    for (; applied_ < unread_.size(); ++applied_) hub_.apply(unread_[applied_]);
    unread_.clear();
    applied_ = 0;
    forward();
    if (limits_.event_time_to_live_seconds > 0) {
      schedule(now_.steady + std::chrono::seconds(limits_.event_time_to_live_seconds));
    }
  }
}

/// Passes on what the hub has to tell the log.
void shard::forward() {
  if (const auto left = hub_.departures(); !left.empty()) log_.leave(index_, left);
  if (const auto taken = hub_.retrieved(); !taken.empty()) {
    log_.take(taken);
    ask_turn();
  }
}

/// Tells the log of the query's categories; false when there is more to read first.
bool shard::attend(const subscribe_query& query, outlook& at, unix_ms& now) {
  forward();  // or an earlier departure would be taken for one from this poll
  const auto learnt = log_.attend(index_, hub_.unannounced(query, at), now_);
  if (!learnt) return false;
  hub_.announce(learnt->tails, at);
  now = learnt->now;
  return true;
}

outcome<body_ptr> shard::subscribe(poll& one, const subscribe_query& query) {
  outlook at;
  const auto answered = [&]() {
    auto body = hub_.answer(query, at, false);
    forward();
    return body;
  };
  unix_ms now = 0;
  bool looked = false;
  do {
    catch_up();
    at = hub_.look(query);
    looked = at.is_complete();
    if (!looked) continue;
    if (auto body = answered()) return body;
  } while (!attend(query, at, now));
  const auto let_go = [&] {
    hub_.tidy(at);
    forward();
  };
  if (!looked) {
    if (auto body = answered()) {
      let_go();
      return body;
    }
  }
  if (auto why = hub_.full(at)) {
    let_go();
    return std::move(*why);
  }
  const auto until = now_.steady + query.timeout;
  hub_.park(one, query, at, until, now);
  schedule(until);
  if (!draining_) return body_ptr();
  const unix_ms until_now = promise();
  if (one.is_due()) return body_ptr();
  auto body = hub_.time_out(one, until_now);
  forward();
  return body;
}

body_ptr shard::peek(const subscribe_query& query) {
  // A poll of its own that is parked and ended in one step: nothing is read in between, so that no event can
  // reach it.
  struct passing_poll : poll {
    explicit passing_poll(hub& in) : in_(in) {}
    ~passing_poll() { in_.leave(*this); }
    void wake(const body_ptr&) override {}
    hub& in_;
  };
  for (;;) {
    unix_ms now = 0;
    outlook at;
    do {
      catch_up();
      at = hub_.look(query);
    } while (!attend(query, at, now));
    body_ptr body = hub_.answer(query, at, true);
    if (body) {
      hub_.tidy(at);
    } else if (const auto until = log_.promise(index_, now_)) {
      passing_poll passing(hub_);
      hub_.park(passing, query, at, now_.steady, now);
      body = hub_.time_out(passing, *until);
    } else {
      hub_.tidy(at);
    }
    forward();
    if (body) return body;
  }
}

void shard::leave(poll& one) {
  hub_.leave(one);
  forward();
}

/// A promise for polls that are about to be timed out. Whoever became due by reading on first is no longer
/// parked and gets its events instead.
unix_ms shard::promise() {
  for (;;) {
    catch_up();
    if (const auto until = log_.promise(index_, now_)) return *until;
  }
}

void shard::turn() {
  surviving([this] {
    catch_up();
    if (deliver(wakes_per_turn)) ask_turn();
    if (timer_at_ == steady_time::max()) schedule_next();
  });
}

void shard::turn_if_behind() {
  if (log_.unread(index_) >= unread_per_batch) turn();
}

/// What fails for want of memory is tried again soon, or with the next turn.
template <class Action>
void shard::surviving(Action action) {
  try {
    action();
  } catch (const std::exception& problem) {
    log::error("a turn failed", {{"what", std::string_view(problem.what())}});
    timer_at_ = steady_time::max();
    try {
      schedule(now_.steady + retry_pause);
    } catch (const std::exception&) {  // the next turn does it
    }
  }
}

bool shard::deliver(std::size_t budget) {
  for (body_ptr body; budget > 0; --budget) {
    auto* one = hub_.pop_due(body);
    if (!one) return false;
    one->wake(body);
  }
  return true;
}

void shard::arm(timed& one, steady_time at) {
  deadlines_.arm(one, at);
  schedule(at);
}

void shard::schedule(steady_time at) {
  at += deadline_wheel::tick;
  if (at >= timer_at_) return;
  timer_at_ = steady_time::max();  // until it is set
  timer_.expires_at(at);
  timer_.async_wait(
      boost::asio::bind_allocator(timer_memory_.get(), [this](const boost::system::error_code& failed) {
        if (!failed) return surviving([this] { tick(); });
        // What was to come instead may have found no memory while this handler had it.
        if (timer_at_ == steady_time::max()) surviving([this] { schedule_next(); });
      }));
  timer_at_ = at;
}

void shard::schedule_next() {
  if (const auto next = hub_.next_deadline()) schedule(*next);
  if (const auto next = deadlines_.next()) schedule(*next);
  if (index_ == 0 && limits_.event_time_to_live_seconds > 0) schedule(now_.steady + std::chrono::seconds(1));
}

void shard::tick() {
  timer_at_ = steady_time::min();  // what is armed from now on is looked at where the last tick in a row ends
  look_at_clocks();
  const auto now = now_;
  bool more = hub_.expire_events(now.steady, expiries_per_turn);
  if (index_ == 0) more = log_.expire(now) || more;
  std::size_t budget = timeouts_per_turn;
  for (; budget > 0; --budget) {
    auto* due = deadlines_.pop_due(now.steady);
    if (!due) break;
    static_cast<timed*>(due)->expired();
  }
  const unix_ms until = promise();
  body_ptr body;
  for (; budget > 0; --budget) {
    auto* one = hub_.pop_timed_out(now.steady, until, body);
    if (!one) break;
    one->wake(body);
  }
  forward();
  turn();
  if (more || budget == 0) {  // others have their turn in between
    return post([this] { surviving([this] { tick(); }); });
  }
  // Else a turn that failed is to be tried again.
  if (timer_at_ == steady_time::min()) timer_at_ = steady_time::max();
  schedule_next();
}

void shard::drain() {
  draining_ = true;
  drain_step_ = std::max(drain_step_least, hub_.parked() / drain_steps);
  drain_some();
}

void shard::drain_some() {
  look_at_clocks();
  const unix_ms until = promise();
  body_ptr body;
  for (std::size_t count = 0; count < drain_step_; ++count) {
    auto* one = hub_.pop_any(until, body);
    if (!one) break;
    one->wake(body);
  }
  forward();
  turn();
  if (hub_.parked() == 0) return;
  drain_timer_.expires_after(drain_interval);
  drain_timer_.async_wait([this](const boost::system::error_code& failed) {
    if (!failed) drain_some();
  });
}

}  // namespace longpolld
