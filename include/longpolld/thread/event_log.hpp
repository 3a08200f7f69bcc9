#pragma once

#include "longpolld/heart/history.hpp"
#include "longpolld/parts/critical_section.hpp"

#include <functional>
#include <mutex>
#include <span>

namespace longpolld {

/// The one history of all shards, and the one lock around it: held for a look-up and a few pointers, never
/// for rendering, I/O or freeing. Whoever else needs the history has it with the lock as its critical
/// section. Thread: any.
class event_log final : public critical_section {
 public:
  /// `ring(shard)` has a shard look into its inbox, `reached(limit)` tells that a budget cost events or a
  /// history; both are called outside the lock, from any thread, and must not call back. `key` is random per
  /// history, `now` its beginning.
  event_log(const config& limits, std::size_t shards, std::uint64_t key, const moment& now,
            std::function<void(std::size_t)> ring, std::function<void(config::limit)> reached);

  /// Orders and keeps all events of one request, or none: an error says why. Throws std::bad_alloc midway:
  /// events before that are published, as for a client that lost its reply. Adds to `to_ring` the shards
  /// whose waiting polls it concerns: they notice once ring() is called, which the caller owes them.
  [[nodiscard]] outcome<event_ids> publish(std::span<wire::draft> drafts, const moment& now,
                                           shard_set& to_ring);
  /// Tells which budgets it cost.
  void tell(const history::publication& of) const;
  /// Has these shards look into their inboxes, and clears the set.
  void ring(shard_set& shards) const noexcept;

  /// Loses events older than their time to live, a bounded number a call. Returns whether more is due.
  bool expire(const moment& now);
  [[nodiscard]] history::counts count();

  [[nodiscard]] std::size_t shards() const { return shards_; }
  /// For whoever is inside this critical section.
  [[nodiscard]] history& shared() { return history_; }

 private:
  void enter() override { mutex_.lock(); }
  void leave() override { mutex_.unlock(); }

  const std::size_t shards_;
  const std::function<void(std::size_t)> ring_;
  const std::function<void(config::limit)> reached_;
  std::mutex mutex_;
  history history_;
};

}  // namespace longpolld
