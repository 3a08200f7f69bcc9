#pragma once

#include "longpolld/heart/hub.hpp"
#include "longpolld/thread/event_log.hpp"
#include "longpolld/thread/io/doorbell.hpp"
#include "longpolld/thread/io/readiness.hpp"
#include "longpolld/thread/store/store.hpp"
#include "longpolld/words/config.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <utility>

namespace longpolld {

/// Both clocks, read now. The only place that does, with read_steady().
[[nodiscard]] moment read_clocks();
/// The steady one alone: for what a batch took, once it is done.
[[nodiscard]] steady_time read_steady();

/// Something with a deadline of its own on a shard's thread.
class timed : public deadline {
 public:
  /// The deadline has passed; it is disarmed by then.
  virtual void expired() = 0;

 protected:
  ~timed() = default;
};

/// One thread with one io_context: an implicit strand around one hub. All members are for that thread only,
/// but for post(), ask_turn() and context().
class shard {
 public:
  shard(const config& limits, event_log& log, store& keeps, std::size_t index);
  ~shard();

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  /// Any thread: whether it is the shard's.
  [[nodiscard]] bool is_own_thread();
  [[nodiscard]] readiness& watching() { return watching_; }
  [[nodiscard]] std::size_t index() const { return index_; }

  /// Whether publish() is enough; else events go through submit().
  [[nodiscard]] bool publishes_at_once() const { return publishes_at_once_; }
  /// Orders events. No poll has been woken yet, here or on another shard: turn() does that, so that the
  /// publisher's reply goes first. Precondition: publishes_at_once().
  [[nodiscard]] outcome<event_ids> publish(std::span<wire::draft> drafts);
  /// Gives events to the store, which begins with them when this turn ends; a later turn answers.
  void submit(std::unique_ptr<submission> one);
  /// Any thread: what the store has decided, for the turn that it asks for.
  void decided(std::unique_ptr<submission> one) noexcept { answers_.put(std::move(one)); }

  /// The reply if there is something after the query's start; else null, and the poll is parked, unless a
  /// limit on parked polls is reached. Null and not parked: it lacks what has to be fetched first, see hub.
  [[nodiscard]] outcome<body_ptr> subscribe(poll& one, const subscribe_query& query, bool is_current = false);
  /// The reply a poll would get now, at once and without parking or deleting anything.
  [[nodiscard]] body_ptr peek(const subscribe_query& query, bool is_current = false);
  /// The poll's subscriber is gone. Idempotent.
  void leave(poll& one) noexcept { hub_.leave(one); }
  /// A parked poll ends as if its time were over, within a second when there are thousands.
  void hasten(poll& one);

  /// Rings the shards that this one has published for, and wakes polls that are due, a bounded number; goes
  /// on later if there are more. Whatever the io_context calls ends with a turn: wakes of many publishes go
  /// out in a row, which is kinder to caches than going to and fro between parsing, waking and the kernel.
  void turn();
  /// The same in the middle of a batch, once so much was published that its polls should not wait for the
  /// end.
  void turn_if_behind();
  /// Any thread: has the shard turn soon.
  void ask_turn() noexcept { doorbell_.ring(); }
  /// What has thrown has skipped its turn: whoever waits for what was published must not.
  void turn_was_skipped() noexcept {
    ring_others();
    hand_over();
    turn_begun_.set(0);
  }

  /// Arms a deadline on this shard's wheel.
  void arm(timed& one, steady_time at);
  void arm(timed& one, std::chrono::seconds from_now) { arm(one, now_.steady + from_now); }

  /// Any thread: runs `action` on this shard's thread, soon.
  template <class Action>
  void post(Action action) {
    boost::asio::post(context_, [this, action = std::move(action)]() mutable { run(action); });
  }
  /// Runs `action` as whatever the io_context calls on this shard's behalf has to run.
  template <class Action>
  void run(Action&& action) {
    begin_batch();
    action();
    turn();
  }

  /// Both clocks as of the handler that runs: whatever the io_context calls begins by looking at them, once.
  [[nodiscard]] const moment& now() const { return now_; }
  void look_at_clocks() { now_ = read_clocks(); }

  /// Ends all parked polls with their timeout reply, spread over about a second when there are thousands.
  /// From then on a poll that would be parked is answered at once.
  void drain();
  [[nodiscard]] bool draining() const { return draining_; }

  [[nodiscard]] std::size_t parked() const { return hub_.parked(); }

  /// While a poll is woken: why.
  enum class waking : std::uint8_t { with_events, by_time, by_draining };
  [[nodiscard]] waking wakes() const { return wakes_; }

  /// Something is done that was asked for so long ago. What was asked for in the batch under way counts with
  /// all of its length, since the clock is not read in between.
  void note_done(steady_time::duration ago) noexcept;

  // -- how it is doing; any thread

  [[nodiscard]] const time_tally& done() const { return done_; }  ///< see note_done()

  [[nodiscard]] const time_tally& turns() const { return turns_; }  ///< from a batch's beginning to its end
  /// From an event's publishing to the reply that wakes a poll with it, once the system has it; of polls that
  /// are woken in one go the last counts for all.
  [[nodiscard]] const time_tally& wake_latency() const { return wake_latency_; }
  /// For how long the batch is under way that it works on; zero when it waits for one.
  [[nodiscard]] steady_time::duration turn_age(steady_time now) const;
  [[nodiscard]] const hub::tallies& given() const { return hub_.counted(); }
  [[nodiscard]] event_log& log() { return log_; }

 private:
  /// A step of the shard's that has a deadline; it needs no memory to be armed.
  template <void (shard::*action)()>
  struct step final : timed {
    explicit step(shard& of) : shard_(of) {}
    void expired() override { (shard_.*action)(); }
    shard& shard_;
  };

  bool deliver(std::size_t budget, bool (hub::*next)(const moment&), waking without_events);
  void begin_batch();
  void serve_batch();
  void note_turn() noexcept;
  void schedule(steady_time at);
  void schedule_next();
  void tick();
  template <class Action>
  void surviving(Action action);
  /// Rings the shards that this one has published for.
  void ring_others() noexcept { log_.ring(to_ring_); }
  void hand_over() noexcept;
  void answer_publishers() noexcept;
  void drain_some();
  void sweep();

  const config& limits_;
  event_log& log_;
  store& store_;
  const bool publishes_at_once_;
  const std::size_t index_;
  boost::asio::io_context context_{1};
  readiness watching_{context_, [this] { begin_batch(); }, [this] { turn(); }};
  doorbell doorbell_{watching_};
  moment now_ = read_clocks();
  hub hub_;
  deadline_wheel deadlines_;
  handler_memory timer_memory_;
  boost::asio::steady_timer timer_;
  steady_time timer_at_ = steady_time::max();
  std::size_t drain_step_ = 0;
  bool draining_ = false;
  step<&shard::sweep> sweeper_{*this};
  step<&shard::drain_some> drainer_{*this};
  answer_box answers_;
  bool has_submitted_ = false;
  shard_set to_ring_;  // once the publishers have their replies
  waking wakes_ = waking::by_time;
  time_tally turns_, wake_latency_, done_;
  std::int64_t done_in_batch_ = 0;
  tally turn_begun_;  // ticks of the steady clock; 0: no batch is under way
};

}  // namespace longpolld
