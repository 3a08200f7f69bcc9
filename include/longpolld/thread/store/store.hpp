#pragma once

#include "longpolld/parts/tally.hpp"
#include "longpolld/thread/event_log.hpp"
#include "longpolld/thread/store/repeats.hpp"
#include "longpolld/thread/store/submission.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace longpolld {

/// Where what is published is ordered and kept, and what feeds the history. A submission is taken from any
/// shard and decided once: its events are kept and visible to every poll, all of them, or none is and an
/// error says why. Those of one shard that are kept are answered in the order in which it submitted them.
class store {
 public:
  /// Puts a decided submission where its shard finds it, once that is rung. Any thread; must not throw.
  using bring = std::function<void(std::unique_ptr<submission>)>;

  store(const config& limits, event_log& log, bring back);
  virtual ~store() = default;
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  /// Whether event_log::publish() itself keeps all that is to be kept: then a shard need not submit.
  [[nodiscard]] virtual bool is_immediate() const = 0;
  enum class state : std::uint8_t {
    loading,  ///< the history is being put back: nobody may look at it, what is submitted waits
    ready,
    failing,  ///< the last submission could not be kept
  };
  /// Any thread.
  [[nodiscard]] state current_state() const { return state_.load(std::memory_order_acquire); }

  /// How far loading has come; all zero: it is done.
  struct load_progress {
    std::int64_t rows = 0, all = 0;
  };
  /// Begins to work. `tell` is called while loading, from a thread of the store's.
  virtual void start(std::function<void(const load_progress&)> tell);
  /// What is wrong while it is not ready, in a sentence for whoever asks the server. Any thread.
  [[nodiscard]] virtual std::string_view trouble() const { return "the store is not ready"; }
  /// Any thread. `one` is answered by way of its shard, even if that is at once. One that repeats another is
  /// answered as that one is, when that one is. Throws std::bad_alloc: nothing of it is kept.
  void submit(std::unique_ptr<submission> one, const moment& now);
  /// Any thread. To be called after submit(), once for many: what was submitted need not wait for more.
  virtual void go_on() noexcept {}
  /// What it has done so far. Any thread.
  struct tallies {
    std::atomic<std::int64_t> refused{0};  ///< submissions that it could not keep
    time_tally commits;  ///< of the disk; with Redis, from a publish's sending to the answer
    tally bytes;         ///< of its file
    tally connected;     ///< times that it could work with Redis, or again
    tally behind;        ///< entries of the log in Redis that were known of and not applied, at last
  };
  [[nodiscard]] const tallies& counted() const { return tallies_; }
  /// Events that were submitted and are not decided. Any thread.
  [[nodiscard]] virtual std::size_t waiting() const { return 0; }

  /// Decides all that was submitted, then keeps nothing open. Nothing is submitted from now on.
  virtual void stop() {}

 protected:
  /// Keeps what is submitted for the first time. Any thread.
  virtual void accept(std::unique_ptr<submission> one, const moment& now) = 0;
  /// Purges what a submission names. Any thread.
  virtual void purge(std::unique_ptr<submission> one, const moment& now) = 0;
  /// Fetches what a submission asks for. Any thread.
  virtual void fetch(std::unique_ptr<submission> one, const moment& now);

  // -- any thread

  void decide(std::unique_ptr<submission> one, outcome<event_ids>&& with) noexcept;
  /// `one->decided` has been set.
  void decided(std::unique_ptr<submission> one) noexcept;
  /// The same of many; each shard is rung once.
  void decided(submissions& all) noexcept;
  /// Nothing of it is kept, unless it may be. Without memory to say so it is dropped unanswered, on its
  /// shard.
  void refuse(std::unique_ptr<submission> one, std::string_view why, bool maybe_stored = false) noexcept;

  void set_state(state now) { state_.store(now, std::memory_order_release); }

  event_log& log_;
  repeats repeats_;
  tallies tallies_;

 private:
  const bring bring_;
  std::atomic<state> state_{state::ready};
};

/// The history is all there is: what was published is gone with the process.
class memory_store final : public store {
 public:
  using store::store;
  [[nodiscard]] bool is_immediate() const override { return true; }

 private:
  void accept(std::unique_ptr<submission> one, const moment& now) override;
  void purge(std::unique_ptr<submission> one, const moment& now) override;
};

}  // namespace longpolld
