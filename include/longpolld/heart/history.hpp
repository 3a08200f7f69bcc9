#pragma once

#include "longpolld/heart/category_books.hpp"
#include "longpolld/heart/reach.hpp"
#include "longpolld/heart/waiting_list.hpp"
#include "longpolld/parts/deadline_wheel.hpp"
#include "longpolld/parts/log_clock.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/words/config.hpp"

#include <boost/container/small_vector.hpp>

#include <bitset>
#include <memory>
#include <optional>
#include <span>

namespace longpolld {

/// The most shards; the range of the option `threads`.
inline constexpr std::size_t shards_max = 256;
using shard_set = std::bitset<shards_max>;

/// What one look gave a poll: events, or nothing and a time.
struct found {
  boost::container::small_vector<event_ptr, 4> events;  ///< oldest first
  body_ptr body;     ///< instead of events: the reply that was rendered for just these before
  event_ids cursor;  ///< one a category
  boost::container::small_vector<std::uint64_t, 1> begins;  ///< the ordinal before the first of each category
  std::uint32_t gaps = 0;  ///< bit i: something of category i is no longer kept
  unix_ms timestamp = 0;   ///< of a timeout
  event_ptr first, last;   ///< of one category: of all that could be had

  [[nodiscard]] bool any() const { return body || !events.empty(); }
};

/// Every category once: its events, their numbers and stamps, who waits for the next one, and what is kept
/// under the budgets. It decides the order. Plain code: time is an argument, and it knows no lock; the log
/// runs it inside one critical section, which is why nothing here renders or frees an event: what leaves goes
/// to `discarded`, to be freed outside.
/// Thread: one at a time.
class history {
 public:
  /// `key` is random per history, `now` its beginning. There is an inbox for each shard.
  history(const config& limits, std::uint64_t key, const moment& now, std::size_t shards);

  // -- publishers

  struct publication {
    event_ids ids;
    shard_set rung;                        ///< shards whose inbox was empty and is not any more
    bool dropped = false, forgot = false;  ///< a budget cost events, or a category's history
    discarded_events discarded;
  };
  /// Numbers and keeps the events of one request, whose texts it takes over, and notes the lists that wait
  /// for them. Refuses all, or none. Throws std::bad_alloc midway: those before are published, and `into`
  /// tells of them.
  [[nodiscard]] std::optional<error> publish(std::span<wire::draft> drafts, const moment& now,
                                             publication& into);

  // -- polls

  /// The record of this name, or null.
  [[nodiscard]] category_record* find(std::string_view name) const { return books_.find(name); }
  /// The category's record, made if there was none, and pinned.
  [[nodiscard]] category_record& pin(std::string_view name);
  void unpin(category_record& one);
  /// A record as pin() would make it, on no book: to look at.
  [[nodiscard]] category_record::owner blank(std::string_view name) const {
    return category_record::make(name, key_, floor_);
  }

  /// The reach less what has outlived its time, which is lost from then on.
  [[nodiscard]] reach alive(reach of, const moment& now) const;
  /// Gathers the events of all reaches, oldest first, up to the limits of a reply, with the cursor and the
  /// gaps. Throws std::bad_alloc; nothing has changed then.
  void collect(std::span<reach> from, found& into) const;
  /// The log's clock.
  [[nodiscard]] unix_ms time(const moment& now) { return clock_.read(now); }
  /// The timestamp of a timeout for these polls: no event that is not in `found` is or will be stamped that
  /// or earlier.
  [[nodiscard]] unix_ms promise(std::span<const reach> from, const moment& now);
  /// The events of a reply on these categories are given: nobody who comes later gets them. False, and
  /// nothing done, if some were given to others meanwhile.
  [[nodiscard]] bool take(std::span<category_record* const> from, const found& what,
                          discarded_events& discarded);

  // -- waiting lists

  [[nodiscard]] inbox& inbox_of(std::size_t shard) { return inboxes_[shard]; }
  /// To be noted by the category's next event. Does nothing for a list that is linked or noted.
  void link(waiting_list& one) noexcept;
  /// Back to linked: its polls have seen everything. Precondition: noted, and in no inbox.
  void relink(waiting_list& one) noexcept;
  /// To idle: it has no polls. Precondition: in no inbox.
  void unlink(waiting_list& one) noexcept;
  /// To be called when polls have been given what they waited for, or have left. Once no shard has yet to
  /// serve what came, the ring keeps no more than its size, nor what was handed out and is to be deleted.
  void settle(category_record& one, discarded_events& discarded) noexcept;

  // -- time and figures

  /// Loses events older than their time to live, a bounded number a call. Returns whether more is due.
  bool expire(const moment& now, discarded_events& discarded);

  struct counts {
    std::size_t categories = 0;    ///< with a history
    std::size_t buffer_bytes = 0;  ///< of events, charged to max_buffer_bytes
    std::uint64_t published = 0;
    std::uint64_t dropped_events = 0;      ///< for the byte budget
    std::uint64_t dropped_categories = 0;  ///< emptied for the byte budget
    std::uint64_t forgotten_categories = 0;
  };
  [[nodiscard]] counts count() const;

 private:
  [[nodiscard]] bool has_room(std::span<const wire::draft> drafts) const;
  event_id append(wire::draft& from, unix_ms now, publication& into);
  void note(category_record& one, publication& into) noexcept;
  void lose(category_record& one, std::size_t count, discarded_events& into) noexcept;
  void forget(category_record& one, publication& into) noexcept;
  void shrink(const category_record& newest, publication& into) noexcept;
  void drop_if_unused(category_record& one) noexcept;
  [[nodiscard]] std::size_t size_max(const category_record& of) const;
  [[nodiscard]] std::chrono::seconds time_to_live() const {
    return std::chrono::seconds(limits_.event_time_to_live_seconds);
  }

  const config& limits_;
  const std::uint64_t key_;
  const std::unique_ptr<inbox[]> inboxes_;
  log_clock clock_;
  steady_time published_{};  // of the last event: it never steps back
  category_books books_;
  deadline_wheel expiries_;
  position floor_;  // the greatest ms and ordinal forgotten: where an unknown category begins
  counts counts_;
};

}  // namespace longpolld
