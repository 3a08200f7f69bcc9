#pragma once

#include "longpolld/parts/deadline_wheel.hpp"
#include "longpolld/parts/log_clock.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/thread/log_records.hpp"
#include "longpolld/words/config.hpp"

#include <boost/container/small_vector.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <span>

namespace longpolld {

/// The one place that decides order. It numbers events, appends them to the sequence that every shard reads
/// at its own index, and knows which shards have polls parked on which category, so that a publish wakes only
/// those. It also decides what is kept under the category and byte budgets. Any thread may call; each call is
/// one short critical section.
class event_log {
 public:
  /// `wake(shard)` asks a shard to read on, `reached(option)` tells that a budget cost events or a history;
  /// both are called outside the critical section, from any thread, and must not call back. `history_key` is
  /// random per history, `now` its beginning.
  event_log(const config& limits, std::size_t shards, std::uint64_t history_key, const moment& now,
            std::function<void(std::size_t)> wake, std::function<void(std::string_view)> reached);

  /// Orders and appends all events of one request, or none: an error when a new category finds no room.
  /// Throws when memory fails midway: events before that are ordered, as for a client that lost its reply.
  /// The caller's own shard is not woken: it catches up by itself.
  [[nodiscard]] outcome<event_ids> publish(std::span<const wire::draft> drafts, std::size_t own_shard,
                                           const moment& now);

  /// Entries this shard has not read, a few hundred at most; empty when it is at the end.
  void read(std::size_t shard, std::vector<log_entry>& into);

  /// How many entries the shard has not read; cheap. Called by that shard's own thread.
  [[nodiscard]] std::uint64_t unread(std::size_t shard) const { return sequence_end_.load() - read_[shard]; }
  [[nodiscard]] bool at_end(std::size_t shard) const { return unread(shard) == 0; }

  /// What a shard learns when it is about to park a poll.
  struct attended {
    boost::container::small_vector<std::pair<category_name, position>, 1> tails;  ///< of the names, in order
    unix_ms now = 0;
  };
  /// Notes that the shard is to be woken by the next event of these categories. Nothing when there is more to
  /// read first: looking and noting are one step, so nothing falls between.
  [[nodiscard]] std::optional<attended> attend(std::size_t shard, std::span<const std::string_view> names,
                                               const moment& now);
  /// The shard has no polls parked on these categories any more.
  void leave(std::size_t shard, std::span<const category_name> names);

  /// A time up to which the shard has everything: no event it has not read is or will be stamped that or
  /// earlier. Nothing when there is more to read first.
  [[nodiscard]] std::optional<unix_ms> promise(std::size_t shard, const moment& now);

  /// These events were retrieved: deletes them everywhere.
  void take(std::span<const event_ptr> events);

  /// Loses events older than their time to live, a bounded number a call; whether more is due.
  bool expire(const moment& now);

  struct counts {
    std::size_t categories = 0;    ///< with a history
    std::size_t buffer_bytes = 0;  ///< charged to max_buffer_bytes
    std::uint64_t published = 0;
    std::uint64_t dropped_events = 0;      ///< for the byte budget
    std::uint64_t dropped_categories = 0;  ///< emptied for the byte budget
    std::uint64_t forgotten_categories = 0;
  };
  [[nodiscard]] counts count() const;

  [[nodiscard]] std::uint64_t history_key() const { return history_key_; }
  [[nodiscard]] std::size_t shards() const { return read_.size(); }

 private:
  [[nodiscard]] bool has_room(std::span<const wire::draft> drafts) const;
  event_id append(const wire::draft& from, boost::intrusive_ptr<event> made, unix_ms now, shard_set& to_wake);
  void forget_one();
  void shrink(const log_record& newest);
  void add_laggards(shard_set& to_wake) const;

  const config& limits_;
  const std::uint64_t history_key_;
  const std::function<void(std::size_t)> wake_;
  const std::function<void(std::string_view)> reached_;

  mutable std::mutex mutex_;
  log_clock clock_;
  log_records records_;
  deadline_wheel expiries_;
  position floor_;  // the greatest ms and ordinal forgotten
  counts counts_;

  std::deque<log_entry> sequence_;
  std::uint64_t sequence_begin_ = 0;
  std::vector<std::uint64_t> read_;  // by shard: the index of the next entry
  std::atomic<std::uint64_t> sequence_end_{0};
};

}  // namespace longpolld
