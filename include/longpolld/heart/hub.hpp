#pragma once

#include "longpolld/heart/poll.hpp"
#include "longpolld/parts/category.hpp"
#include "longpolld/parts/event_ring.hpp"
#include "longpolld/parts/query.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/words/config.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace longpolld {

/// One category as one shard sees it.
struct hub_category : deadline {  // armed while there are events that will expire
  hub_category(category_name called, std::uint64_t epoch_of, position start)
      : name(std::move(called)), epoch(epoch_of), ring(start) {}

  category_name name;
  std::uint64_t epoch;
  event_ring ring;
  boost::intrusive::list<seat, boost::intrusive::constant_time_size<false>> parked;
  std::size_t parked_count = 0;
  bool announced = false;  ///< the log knows that this shard has polls parked here
};

/// One query as a hub sees it: its categories, each looked up once. Valid until the next entry is applied.
struct outlook {
  boost::container::small_vector<hub_category*, 1> in;  ///< in the query's order; null: not known
  std::uint32_t gaps = 0;  ///< by answer(): bit i: something after the cursor of category i is no longer kept

  [[nodiscard]] bool is_complete() const { return std::find(in.begin(), in.end(), nullptr) == in.end(); }
};

/// The heart of a shard: every category's ring, and this shard's parked polls. It applies the log's entries,
/// answers polls from what is kept, parks them otherwise, and says who is due. Plain single-threaded code: no
/// socket, no clock, no I/O; it never calls a poll.
class hub {
 public:
  /// `shards`: how many hubs share max_parked_polls_per_category, each an equal part.
  hub(const config& limits, std::uint64_t history_key, std::size_t shards = 1);

  // -- the log's entries, in order

  /// Applies one entry; polls it concerns become due. Their replies are rendered when they are taken, or
  /// before anything they would carry is lost.
  void apply(const log_entry& entry);

  // -- one poll

  [[nodiscard]] outlook look(const subscribe_query& query) const;
  /// Categories of the query that the log must be told of before a poll may be parked on them.
  [[nodiscard]] boost::container::small_vector<std::string_view, 1> unannounced(const subscribe_query& query,
                                                                                const outlook& at) const;
  /// The log was told of these, in the same order: it will wake this shard, and their histories so far end at
  /// these positions. Completes the outlook.
  void announce(std::span<const std::pair<category_name, position>> tails, outlook& at);

  /// The reply if anything after the query's start is kept, else null. Only of a complete outlook. `peek`:
  /// with deletion after the first retrieval, this one does not count.
  [[nodiscard]] body_ptr answer(const subscribe_query& query, outlook& at, bool peek);
  /// Why a poll on these categories may not be parked: the limit of one is reached. Else nothing.
  [[nodiscard]] std::optional<error> full(const outlook& at) const;
  /// Parks the poll until an event, `until`, or leave(). `now`: the log's clock. Only after answer() gave
  /// null.
  void park(poll& one, const subscribe_query& query, const outlook& at, steady_time until, unix_ms now);
  /// Ends a poll without a reply, parked or due. Harmless for one that is neither.
  void leave(poll& one);
  /// Lets go of the query's categories if nothing keeps them: after announce() without park().
  void tidy(const outlook& at);

  // -- what has become due

  /// Takes one due poll; null when there is none. Its reply is in `body`.
  [[nodiscard]] poll* pop_due(body_ptr& body);
  /// Ends one poll whose time is over by `now`; null when there is none. `promise`: no event that this hub
  /// has not applied is or will be stamped that or earlier.
  [[nodiscard]] poll* pop_timed_out(steady_time now, unix_ms promise, body_ptr& body);
  /// Ends any one parked poll as if its time were over; null when none is parked. For stopping.
  [[nodiscard]] poll* pop_any(unix_ms promise, body_ptr& body);
  /// Ends this parked poll as if its time were over.
  [[nodiscard]] body_ptr time_out(poll& one, unix_ms promise);

  /// Loses events older than their time to live, `budget` at most; whether more is due.
  bool expire_events(steady_time now, std::size_t budget);

  /// When a timeout or expiry is due next; nothing when none is.
  [[nodiscard]] std::optional<steady_time> next_deadline() const;

  // -- what the shard forwards to the log, each handed out once

  /// Categories on which the last poll has left.
  [[nodiscard]] std::vector<category_name> departures() { return std::exchange(departures_, {}); }
  /// Events that were retrieved and are to be deleted everywhere.
  [[nodiscard]] std::vector<event_ptr> retrieved() { return std::exchange(retrieved_, {}); }

  [[nodiscard]] std::size_t parked() const { return parked_; }
  [[nodiscard]] std::size_t categories() const { return categories_.size(); }

 private:
  /// How far a poll has come in one category: the index of the first event it gets, and whether some before
  /// that are lost.
  struct reach {
    hub_category* in;
    std::size_t index;
    bool gap;
  };

  [[nodiscard]] hub_category* find(std::string_view name) const;
  hub_category& open(const category_name& name, position start);
  [[nodiscard]] reach resolve(hub_category& in, const subscribe_query& query, std::size_t which) const;
  void wake_all(hub_category& in, position before);
  void unlink(poll& one);
  static std::span<seat> others(poll& one);
  [[nodiscard]] body_ptr gather(std::span<reach> from, bool waited, bool peek, bool from_future);
  [[nodiscard]] body_ptr merge(std::span<reach> from, bool waited, bool claims, bool from_future);
  void settle();
  void settle_one();
  void settle(poll& one);
  void let_go(hub_category& in);
  [[nodiscard]] poll* ended(deadline* popped, unix_ms promise, body_ptr& body);
  void arm_expiry(hub_category& in);

  const config& limits_;
  const std::uint64_t history_key_;
  const std::size_t category_parked_max_;
  boost::unordered_flat_map<std::string_view, std::unique_ptr<hub_category>, category_hash> categories_;
  deadline_wheel timeouts_;
  deadline_wheel expiries_;
  boost::intrusive::list<poll, boost::intrusive::base_hook<due_hook>,
                         boost::intrusive::constant_time_size<false>>
      woken_, due_;  // without their replies, and with them
  std::vector<category_name> departures_;
  std::vector<category_name> left_behind_;  // by polls on several categories that were woken
  std::vector<event_ptr> retrieved_;
  std::size_t parked_ = 0;

  /// The last reply gathered from one category, for the next poll at the same place.
  struct {
    std::uint64_t epoch = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    bool gap = false;
    body_ptr body;
  } last_reply_;
};

}  // namespace longpolld
