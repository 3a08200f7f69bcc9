#include "longpolld/thread/shard.hpp"

#include "longpolld/words/log.hpp"

#include <boost/asio/bind_allocator.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

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

steady_time read_steady() { return std::chrono::steady_clock::now(); }

shard::shard(const config& limits, event_log& log, store& keeps, std::size_t index)
    : limits_(limits),
      log_(log),
      store_(keeps),
      publishes_at_once_(keeps.is_immediate()),
      index_(index),
      hub_(limits, log.shared(), log, index),
      timer_(context_) {
  schedule(now_.steady + first_wait);  // has Asio's queue of timers allocated before memory can be short
}

shard::~shard() = default;

bool shard::is_own_thread() { return context_.get_executor().running_in_this_thread(); }

outcome<event_ids> shard::publish(std::span<wire::draft> drafts) {
  assert(is_own_thread() && publishes_at_once_);
  look_at_clocks();
  auto ids = log_.publish(drafts, now_, to_ring_);
  to_ring_.reset(index_);  // it turns by itself
  return ids;
}

void shard::submit(std::unique_ptr<submission> one) {
  assert(is_own_thread());
  look_at_clocks();
  one->shard = index_;
  has_submitted_ = true;
  store_.submit(std::move(one), now_);
}

void shard::hand_over() noexcept {
  if (std::exchange(has_submitted_, false)) store_.go_on();
}

void shard::answer_publishers() noexcept {
  submissions all;
  answers_.take(all);
  while (const auto one = all.pop()) {
    try {
      if (one->decided) one->answer(*one->decided);
    } catch (const std::exception& problem) {
      log::error("a publisher was not answered", {{"what", std::string_view(problem.what())}});
    }
  }
}

outcome<body_ptr> shard::subscribe(poll& one, const subscribe_query& query, bool is_current) {
  assert(is_own_thread());
  if (limits_.event_time_to_live_seconds > 0) look_at_clocks();
  auto body = hub_.subscribe(one, query, now_, !draining_, is_current);
  if (one.is_parked()) schedule(now_.steady + query.timeout);
  return body;
}

body_ptr shard::peek(const subscribe_query& query, bool is_current) {
  assert(is_own_thread());
  look_at_clocks();
  return hub_.peek(query, now_, is_current);
}

void shard::hasten(poll& one) {
  assert(is_own_thread());
  hub_.hasten(one, now_);
  schedule(now_.steady);
}

void shard::begin_batch() {
  look_at_clocks();
  turn_begun_.set(now_.steady.time_since_epoch().count());
}

/// What has taken long is a turn even when it is one in the middle of a batch.
void shard::note_turn() noexcept {
  const auto begun = turn_begun_.now();
  if (begun == 0) return;
  const auto now = read_steady();
  const auto took = now - steady_time(steady_time::duration(begun));
  turns_.add(took);
  if (done_in_batch_ > 0) done_.add(took, std::exchange(done_in_batch_, 0));
  turn_begun_.set(now.time_since_epoch().count());
}

void shard::note_done(steady_time::duration ago) noexcept {
  constexpr std::chrono::microseconds rounding{1};
  if (ago <= now_.steady - steady_time(steady_time::duration(turn_begun_.now())) + rounding) {
    ++done_in_batch_;
  } else {
    done_.add(ago);
  }
}

steady_time::duration shard::turn_age(steady_time now) const {
  const auto begun = turn_begun_.now();
  if (begun == 0) return {};
  return std::max(steady_time::duration{}, now - steady_time(steady_time::duration(begun)));
}

void shard::turn() {
  serve_batch();
  note_turn();
  turn_begun_.set(0);
}

void shard::serve_batch() {
  assert(is_own_thread());
  ring_others();
  hand_over();
  if (!answers_.empty()) answer_publishers();
  hand_over();  // what came behind the requests that were answered
  surviving([this] {
    if (deliver(wakes_per_turn, &hub::serve, waking::by_time)) ask_turn();
    hub_.rest();
    if (timer_at_ == steady_time::max()) schedule_next();
    if (!sweeper_.armed() && hub_.wants_sweep()) arm(sweeper_, sweep_interval);
  });
}

void shard::turn_if_behind() {
  if (hub_.noted() >= (log_.shards() == 1 ? noted_max_alone : noted_max_of_several)) {
    serve_batch();
    note_turn();
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

/// Wakes polls that are due, and those that `next` makes due. Returns whether there may be more. The clock is
/// read once for those that are woken with the same reply.
bool shard::deliver(std::size_t budget, bool (hub::*next)(const moment&), waking without_events) {
  body_ptr body;
  steady_time since{};
  std::int64_t woken = 0;
  const auto note = [&] {
    if (woken > 0 && since != steady_time{}) wake_latency_.add(read_steady() - since, woken);
    woken = 0;
  };
  bool has_more = true;
  while (budget > 0 && has_more) {
    if (auto* one = hub_.pop_due(body)) {
      --budget;
      if (hub_.given_since() != since) note();
      since = hub_.given_since();
      ++woken;
      wakes_ = since != steady_time{} ? waking::with_events : without_events;
      one->wake(body);
    } else {
      note();
      has_more = (hub_.*next)(now_);
    }
  }
  note();
  return has_more;
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
  begin_batch();
  const auto now = now_;
  const bool more_expired = index_ == 0 && limits_.event_time_to_live_seconds > 0 && log_.expire(now);
  std::size_t budget = timeouts_per_turn;
  for (; budget > 0; --budget) {
    auto* due = deadlines_.pop_due(now.steady);
    if (!due) break;
    static_cast<timed*>(due)->expired();
  }
  const bool more = deliver(budget, &hub::time_out, waking::by_time);
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
  surviving([this] { static_cast<void>(deliver(drain_step_, &hub::time_out_any, waking::by_draining)); });
  turn();
  if (hub_.parked() > 0) arm(drainer_, now_.steady + drain_interval);
}

}  // namespace longpolld
