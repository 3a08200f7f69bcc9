#include "longpolld/thread/shard.hpp"

#include "longpolld/words/log.hpp"

#include <boost/asio/bind_allocator.hpp>

#include <algorithm>
#include <cassert>

namespace longpolld {
namespace {

// One turn's share, so that a category with very many polls never holds up another.
constexpr std::size_t wakes_per_turn = 256;
// Lists noted in the middle of a batch, before their polls are served: with other threads a short wait is
// worth more than warm caches.
constexpr std::size_t noted_max_alone = 32;
constexpr std::size_t noted_max_of_several = 4;
constexpr std::size_t timeouts_per_turn = 256;
constexpr std::size_t swept_per_turn = 256;
constexpr std::chrono::seconds sweep_interval{1};
constexpr std::chrono::milliseconds drain_interval{10};  // a tick of the wheel longer
constexpr std::size_t drain_steps = 40;
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
    : limits_(limits), log_(log), index_(index), hub_(limits, log.shared(), log, index), timer_(context_) {
  schedule(now_.steady + first_wait);  // has Asio's queue of timers allocated before memory can be short
}

shard::~shard() = default;

bool shard::is_own_thread() { return context_.get_executor().running_in_this_thread(); }

outcome<event_ids> shard::publish(std::span<wire::draft> drafts) {
  assert(is_own_thread());
  look_at_clocks();
  auto ids = log_.publish(drafts, now_, to_ring_);
  to_ring_.reset(index_);  // it turns by itself
  return ids;
}

outcome<body_ptr> shard::subscribe(poll& one, const subscribe_query& query) {
  assert(is_own_thread());
  if (limits_.event_time_to_live_seconds > 0) look_at_clocks();
  auto body = hub_.subscribe(one, query, now_, !draining_);
  if (one.is_parked()) schedule(now_.steady + query.timeout);
  return body;
}

body_ptr shard::peek(const subscribe_query& query) {
  assert(is_own_thread());
  look_at_clocks();
  return hub_.peek(query, now_);
}

void shard::turn() {
  assert(is_own_thread());
  ring_others();
  surviving([this] {
    if (deliver(wakes_per_turn, &hub::serve)) ask_turn();
    hub_.rest();
    if (timer_at_ == steady_time::max()) schedule_next();
    if (!sweeper_.armed() && hub_.wants_sweep()) arm(sweeper_, sweep_interval);
  });
}

void shard::turn_if_behind() {
  if (hub_.noted() >= (log_.shards() == 1 ? noted_max_alone : noted_max_of_several)) {
    turn();
  } else {
    ring_others();
  }
}

/// Lets go of what the hub keeps for a while; the next turn arms it again.
void shard::sweep() { hub_.sweep(swept_per_turn); }

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

/// Wakes polls that are due, and those that `next` makes due. Returns whether there may be more.
bool shard::deliver(std::size_t budget, bool (hub::*next)(const moment&)) {
  body_ptr body;
  while (budget > 0) {
    if (auto* one = hub_.pop_due(body)) {
      --budget;
      one->wake(body);
    } else if (!(hub_.*next)(now_)) {
      return false;
    }
  }
  return true;
}

void shard::arm(timed& one, steady_time at) {
  assert(is_own_thread());
  deadlines_.arm(one, at);
  schedule(at);
}

void shard::schedule(steady_time at) {
  if (timer_at_ == steady_time::max()) {  // what was set before may have been lost for want of memory
    if (const auto next = hub_.next_deadline()) at = std::min(at, *next);
    if (const auto next = deadlines_.next()) at = std::min(at, *next);
  }
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
  const bool more_expired = index_ == 0 && limits_.event_time_to_live_seconds > 0 && log_.expire(now);
  std::size_t budget = timeouts_per_turn;
  for (; budget > 0; --budget) {
    auto* due = deadlines_.pop_due(now.steady);
    if (!due) break;
    static_cast<timed*>(due)->expired();
  }
  const bool more = deliver(budget, &hub::time_out);
  turn();
  if (more_expired || more) {  // others have their turn in between
    return post([this] { surviving([this] { tick(); }); });
  }
  // Else a turn that failed is to be tried again.
  if (timer_at_ == steady_time::min()) timer_at_ = steady_time::max();
  schedule_next();
}

void shard::drain() {
  assert(is_own_thread());
  draining_ = true;
  drain_step_ = std::max(drain_step_least, hub_.parked() / drain_steps);
  drain_some();
}

void shard::drain_some() {
  look_at_clocks();
  surviving([this] { static_cast<void>(deliver(drain_step_, &hub::time_out_any)); });
  turn();
  if (hub_.parked() > 0) arm(drainer_, now_.steady + drain_interval);
}

}  // namespace longpolld
