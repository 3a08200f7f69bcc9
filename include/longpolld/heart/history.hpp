#pragma once

#include "longpolld/heart/category_books.hpp"
#include "longpolld/heart/reach.hpp"
#include "longpolld/heart/waiting_list.hpp"
#include "longpolld/parts/cursor_suffix.hpp"
#include "longpolld/parts/deadline_wheel.hpp"
#include "longpolld/parts/log_clock.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/words/config.hpp"

#include <boost/container/small_vector.hpp>

#include <bitset>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

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
  std::uint32_t gaps = 0;    ///< bit i: something of category i is no longer kept
  std::uint32_t count = 0;   ///< of the reply's events, rendered or not
  steady_time since{};       ///< when the first of these was published
  unix_ms timestamp = 0;     ///< of a timeout
  std::uint64_t suffix = 0;  ///< of a timeout's cursor, where a shared cache may give it to many
  event_ptr first, last;     ///< of one category: of all that could be had

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

  // -- publishers whose events are stored before anyone may see them: stamp, store, then show or abandon

  /// An event that has its number and its stamp, and is not visible yet.
  struct stamped {
    category_record* in;  ///< pinned meanwhile
    event_id id;
    boost::intrusive_ptr<event> text;  ///< to be finished by whoever stores it
  };
  /// Why no store could keep them: the batch itself is beyond a limit. Thread: any.
  [[nodiscard]] std::optional<error> refusal(std::span<const wire::draft> drafts) const;
  /// Numbers the events of one request, whose texts it takes over, behind those that are under way already.
  /// Until they are shown no promise reaches their stamps. Throws std::bad_alloc; nothing has changed then.
  void stamp(std::span<wire::draft> drafts, const moment& now);
  [[nodiscard]] std::span<stamped> under_way() { return under_way_; }
  /// Makes up to `most` more of them visible, in order. Returns whether all are, and none is under way any
  /// more. Precondition: their texts are finished. Throws std::bad_alloc: call it again for the rest.
  bool show(std::size_t most, publication& into);
  /// Forgets all that is under way: their numbers are given again. Precondition: none was shown.
  void abandon() noexcept;

  // -- a store that outlives the process: what it puts back, and what it has to keep

  /// How far a history had come.
  struct beginning {
    std::uint64_t key;
    position floor;
    unix_ms time;  ///< nothing was stamped or promised beyond
  };
  /// Goes on where that one ended; from then on promises reach no further than keeps_time() allows.
  /// Precondition: nothing was published or asked for yet.
  void go_on_from(const beginning& at, const moment& now);
  /// A category as it was: all up to `lost` is gone, `last` was the last number given, `gap` the greatest
  /// that is missing between. What is beyond a budget is lost at once. Categories come in the order of their
  /// use.
  struct kept_category {
    std::string_view name;
    position lost, last;
    std::uint64_t gap = 0;
    std::span<const event_ptr> events;
  };
  void restore(const kept_category& one, const moment& now, publication& into);
  [[nodiscard]] beginning progress() const { return {key_, floor_, clock_.latest()}; }

  /// Nothing up to `until` will be forgotten by the store: so much may be promised.
  void keeps_time(unix_ms until) { promisable_ = std::max(promisable_, until); }
  /// Whether polls wait, who will be promised something.
  [[nodiscard]] bool has_polls() const { return seats_ > 0; }
  /// Whether more would have been promised since the last call; then progress() is as of `now`.
  [[nodiscard]] bool wants_time(const moment& now);

  /// What has left the history other than by its limits, and would come back: events `first` to `last`.
  struct removal {
    std::string category;
    std::uint64_t first, last;
    bool is_gap;  ///< subscribers are told
  };
  /// What has been removed since the last call, if a store put the history back; else nothing. Noted as far
  /// as there is memory.
  [[nodiscard]] std::vector<removal> take_removals() { return std::exchange(removals_, {}); }
  [[nodiscard]] bool has_removals() const { return !removals_.empty(); }
  /// All kept events of a category are gone, with a gap. Returns how many. Nothing is under way that it
  /// names.
  std::size_t purge(std::string_view name, discarded_events& discarded);
  /// What purge() would remove, for a store that notes it first.
  [[nodiscard]] std::optional<removal> purgeable(std::string_view name) const;
  /// The kept event of this number, or null.
  [[nodiscard]] event_ptr kept(std::string_view name, std::uint64_t ordinal) const;

  // -- a replica of a history that is ordered elsewhere: it has what it was asked for, and what came since

  /// From now on it follows that history: what it has of another is gone, with a gap, once it is.
  /// Precondition: the floor is above all that it has seen of the other.
  void follow(const beginning& at, const moment& now, publication& into);
  [[nodiscard]] bool is_replica() const { return is_replica_; }
  /// Some of what came was missed: all categories are cold from now on. Throws std::bad_alloc; nothing has
  /// changed then.
  void lose_track(publication& into);
  /// Whether this category is to be fetched before polls on it can be answered.
  [[nodiscard]] bool is_cold(std::string_view name) const;
  /// Names of cold categories on which polls are parked.
  [[nodiscard]] std::vector<std::string> awaited() const;
  /// Whether the category has to be fetched before the `which`-th part of the query can be answered, or,
  /// unless `is_current`, what came meanwhile: its position is ahead of what is known here.
  [[nodiscard]] bool lacks(const category_record& one, const subscribe_query& query, std::size_t which,
                           bool is_current) const;
  /// A category as it is now, which is not cold any more. Throws std::bad_alloc; nothing has changed then.
  void fill(const kept_category& from, const moment& now, publication& into);
  /// The next event of a category. Nothing is done where that is cold, or has it already. False: it does not
  /// follow the last, and the category is cold now. Throws std::bad_alloc; nothing has changed then.
  [[nodiscard]] bool apply(std::string_view name, event_ptr next, bool is_first, publication& into);
  /// Events up to this ordinal were purged. Returns how many of them were here.
  std::size_t apply_purge(std::string_view name, std::uint64_t until, discarded_events& discarded) noexcept;

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
  /// A poll sits down there, or stands up.
  void seat(category_record& one) noexcept {
    ++one.polls;
    ++seats_;
  }
  void unseat(category_record& one) noexcept {
    --one.polls;
    --seats_;
  }

  /// The reach less what has outlived its time, which is lost from then on.
  [[nodiscard]] reach alive(reach of, const moment& now) const;
  /// Gathers the events of all reaches, oldest first, up to the limits of a reply, with the cursor and the
  /// gaps. Throws std::bad_alloc; nothing has changed then.
  void collect(std::span<reach> from, found& into) const;
  /// The log's clock.
  [[nodiscard]] unix_ms time(const moment& now) {
    return is_replica_ ? std::max(clock_.read(now), promisable_) : clock_.read(now);
  }
  /// The timestamp of a timeout for these polls: no event that is not in `found` is or will be stamped that
  /// or earlier.
  [[nodiscard]] unix_ms promise(std::span<const reach> from, const moment& now);
  /// What sets a timeout's cursor apart.
  [[nodiscard]] const cursor_suffixes& suffixes() const { return suffixes_; }
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
    std::size_t with_events = 0;   ///< of these, with events
    std::size_t buffer_bytes = 0;  ///< of events, charged to max_buffer_bytes
    std::uint64_t published = 0;
    std::uint64_t evicted_events = 0;      ///< for max_event_buffer_size
    std::uint64_t expired_events = 0;      ///< for their age
    std::uint64_t purged_events = 0;       ///< by whoever runs the server
    std::uint64_t dropped_events = 0;      ///< for the byte budget
    std::uint64_t dropped_categories = 0;  ///< emptied for the byte budget
    std::uint64_t forgotten_categories = 0;
  };
  [[nodiscard]] counts count() const;

  /// All categories, with a history or with polls, to be looked at in steps: see category_books.
  [[nodiscard]] const category_books& books() const { return books_; }

 private:
  [[nodiscard]] bool has_room(std::span<const wire::draft> drafts) const;
  event_id append(wire::draft& from, unix_ms now, publication& into);
  [[nodiscard]] event_id next_id(const category_record& in, const position& last, unix_ms now) const {
    return {{clock_.stamp(now, last.ms), last.ordinal + 1}, in.epoch};
  }
  void removed(const category_record& one, std::uint64_t first, std::uint64_t last, bool is_gap) noexcept;
  void make_room(publication& into) noexcept;
  void keep(category_record& one, event_ptr next, publication& into) noexcept;
  void note(category_record& one, publication& into) noexcept;
  void lose(category_record& one, std::size_t count, discarded_events& into) noexcept;
  void evict(category_record& one, discarded_events& into) noexcept;
  void forget(category_record& one, publication& into) noexcept;
  void shrink(const category_record& newest, publication& into) noexcept;
  void let_go(category_record& one, std::size_t count, discarded_events& into) noexcept;
  void chill(category_record& one, discarded_events& into) noexcept;
  void drop_if_unused(category_record& one) noexcept;
  [[nodiscard]] std::size_t size_max(const category_record& of) const;
  [[nodiscard]] std::chrono::seconds time_to_live() const {
    return std::chrono::seconds(limits_.event_time_to_live_seconds);
  }

  const config& limits_;
  std::uint64_t key_;
  const cursor_suffixes suffixes_{key_};  // by the first key, which no other process has
  const std::unique_ptr<inbox[]> inboxes_;
  log_clock clock_;
  steady_time published_{};  // of the last event: it never steps back
  category_books books_;
  deadline_wheel expiries_;
  std::vector<stamped> under_way_;
  std::size_t shown_ = 0;  // of these
  bool is_kept_ = false;   // by a store that outlives the process
  bool is_replica_ = false;
  std::size_t seats_ = 0;  // of parked polls
  bool wants_time_ = false;
  unix_ms promisable_ = unix_ms_end;
  std::vector<removal> removals_;
  unix_ms first_under_way_ = unix_ms_end;
  position floor_;  // the greatest ms and ordinal forgotten: where an unknown category begins
  counts counts_;
};

}  // namespace longpolld
