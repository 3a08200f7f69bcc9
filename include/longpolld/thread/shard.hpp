#pragma once

#include "longpolld/heart/hub.hpp"
#include "longpolld/thread/event_log.hpp"
#include "longpolld/thread/io/doorbell.hpp"
#include "longpolld/thread/io/readiness.hpp"
#include "longpolld/words/config.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace longpolld {

/// Both clocks, read now. The only place that does.
[[nodiscard]] moment read_clocks();

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
  shard(const config& limits, event_log& log, std::size_t index);
  ~shard();

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  /// Any thread: whether it is the shard's.
  [[nodiscard]] bool is_own_thread();
  [[nodiscard]] readiness& watching() { return watching_; }

  /// Orders events. No poll has been woken yet, here or on another shard: turn() does that, so that the
  /// publisher's reply goes first.
  [[nodiscard]] outcome<event_ids> publish(std::span<wire::draft> drafts);

  /// The reply if there is something after the query's start; else null, and the poll is parked, unless a
  /// limit on parked polls is reached.
  [[nodiscard]] outcome<body_ptr> subscribe(poll& one, const subscribe_query& query);
  /// The reply a poll would get now, at once and without parking or deleting anything.
  [[nodiscard]] body_ptr peek(const subscribe_query& query);
  /// The poll's subscriber is gone. Idempotent.
  void leave(poll& one) noexcept { hub_.leave(one); }

  /// Rings the shards that this one has published for, and wakes polls that are due, a bounded number; goes
  /// on later if there are more. Whatever the io_context calls ends with a turn: wakes of many publishes go
  /// out in a row, which is kinder to caches than going to and fro between parsing, waking and the kernel.
  void turn();
  /// The same in the middle of a batch, once so much was published that its polls should not wait for the
  /// end.
  void turn_if_behind();
  /// Any thread: has the shard turn soon.
  void ask_turn() noexcept { doorbell_.ring(); }
  /// Rings the shards that this one has published for. To be called wherever a turn may have been skipped.
  void ring_others() noexcept { log_.ring(to_ring_); }

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
    look_at_clocks();
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
  [[nodiscard]] event_log& log() { return log_; }

 private:
  /// A step of the shard's that has a deadline; it needs no memory to be armed.
  template <void (shard::*action)()>
  struct step final : timed {
    explicit step(shard& of) : shard_(of) {}
    void expired() override { (shard_.*action)(); }
    shard& shard_;
  };

  bool deliver(std::size_t budget, bool (hub::*next)(const moment&));
  void schedule(steady_time at);
  void schedule_next();
  void tick();
  template <class Action>
  void surviving(Action action);
  void drain_some();
  void sweep();

  const config& limits_;
  event_log& log_;
  const std::size_t index_;
  boost::asio::io_context context_{1};
  readiness watching_{context_, [this] { look_at_clocks(); }, [this] { turn(); }};
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
  shard_set to_ring_;  // once the publishers have their replies
};

}  // namespace longpolld
