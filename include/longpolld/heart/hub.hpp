#pragma once

#include "longpolld/heart/history.hpp"
#include "longpolld/heart/poll.hpp"
#include "longpolld/heart/reply_maker.hpp"
#include "longpolld/parts/critical_section.hpp"
#include "longpolld/parts/tally.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <optional>

namespace longpolld {

/// One shard's parked polls: by category in waiting lists, and by their deadlines. It answers a poll from the
/// history, or parks it; it finds out which polls are due and with what reply. Plain code: no socket, no
/// clock, no thread; the history is looked at inside a critical section, one for each decision. It never
/// calls a poll.
/// Thread: one.
class hub {
 public:
  hub(const config& limits, history& of, critical_section& section, std::size_t shard);
  /// Precondition: no poll is parked or due.
  ~hub();
  hub(const hub&) = delete;
  hub& operator=(const hub&) = delete;

  // -- one poll. What throws std::bad_alloc has changed nothing.

  /// The reply if there is something after the query's start; else null, and the poll is parked. Where it may
  /// not park it gets its timeout reply at once. An error where the category has no room for another. Of a
  /// replica that lacks what is asked for: null, and the poll is not parked; `is_current` says that all that
  /// came before the request is here.
  [[nodiscard]] outcome<body_ptr> subscribe(poll& one, const subscribe_query& query, const moment& now,
                                            bool may_park, bool is_current = false);
  /// The reply that the poll would get if it did not wait. Takes nothing, parks nothing. Null: as above.
  [[nodiscard]] body_ptr peek(const subscribe_query& query, const moment& now, bool is_current = false);
  /// Ends a poll without a reply, parked or due. Idempotent.
  void leave(poll& one) noexcept;

  // -- what has become due

  /// Takes one due poll, with its reply in `body`; null when none is due. What throws is tried again by the
  /// next call.
  [[nodiscard]] poll* pop_due(body_ptr& body);
  /// When the first event of the reply was published that pop_due() gave last; the clock's beginning for a
  /// timeout.
  [[nodiscard]] steady_time given_since() const { return given_since_; }
  /// Looks at the waiting list that was noted first: some of its polls become due, as many as fit in a fair
  /// share, or it waits again. Returns whether there was one. Precondition: none is due.
  bool serve(const moment& now);
  /// One poll whose time is over becomes due: with events if there are any after all, else with its timeout.
  /// Returns whether there was one. Precondition: none is due.
  bool time_out(const moment& now) { return end(timeouts_.pop_due(now.steady), now); }
  /// The same for any parked poll.
  bool time_out_any(const moment& now) { return end(timeouts_.pop_any(), now); }
  /// A parked poll's time is over now, and its reply is for nobody else; nothing for one that is not parked.
  void hasten(poll& one, const moment& now) {
    if (!one.is_parked()) return;
    one.cacheable_ = poll::uncacheable;
    timeouts_.arm(one, now.steady);
  }
  /// When a poll's time is over next; nothing when none is parked.
  [[nodiscard]] std::optional<steady_time> next_deadline() const { return timeouts_.next(); }

  // -- what is kept for a while, since subscribers come back at once

  /// Whether sweep() is to be called, about a second from now.
  [[nodiscard]] bool wants_sweep() const { return !idle_.empty() || !old_.empty() || replies_.remembers(); }
  /// Lets go of the last reply, and of waiting lists that have been idle since the last sweep, `most` of
  /// them.
  void sweep(std::size_t most);
  /// Lets go of a last reply that is large. To be called when nothing more is done at once.
  void rest();

  /// What was given to polls and other requests, but for peek(). Any thread.
  struct tallies {
    tally events;  ///< in all replies together
    tally gaps;    ///< replies that tell of one
  };
  [[nodiscard]] const tallies& counted() const { return tallies_; }

  /// Lists of this shard that have yet to be served.
  [[nodiscard]] std::size_t noted() const { return inbox_.size(); }
  [[nodiscard]] std::size_t parked() const { return parked_; }
  /// Waiting lists, idle ones too.
  [[nodiscard]] std::size_t lists() const { return lists_.size(); }

 private:
  using places = boost::container::small_vector<waiting_list*, 1>;
  [[nodiscard]] places open(const subscribe_query& query);
  waiting_list& open(std::string_view name);
  [[nodiscard]] static std::uint8_t cacheable_by(const subscribe_query& query);
  void drop(waiting_list& idle) noexcept;
  void gather(reaches& from, bool is_shared, found& into) const;
  void count(const found& given) noexcept;
  [[nodiscard]] std::optional<error> full(const places& lists) const;
  void sit_down(poll& one, const places& lists, std::span<const reach> from, reply_warning warning,
                std::uint8_t caching);
  [[nodiscard]] bool take(const places& lists, const found& what);

  bool end(deadline* popped, const moment& now);
  bool look(poll& one, bool ends, const moment& now);
  void make_due(poll& one, discarded_events& discarded) noexcept;
  void stand_up(poll& one, discarded_events& discarded) noexcept;
  void forget_due() noexcept;
  [[nodiscard]] bool is_plain(const poll& one) const;
  static seat& seat_of(poll& one, std::size_t index) {
    return index == 0 ? one.first_ : one.others_[index - 1];
  }

  const config& limits_;
  history& history_;
  critical_section& section_;
  inbox& inbox_;
  const std::size_t shard_;
  reply_maker replies_;
  boost::unordered_flat_set<waiting_list*, by_category_name, by_category_name> lists_;  // owned
  waiting_lists idle_, old_;  // without polls: since the last sweep, and for longer
  deadline_wheel timeouts_;
  std::size_t parked_ = 0;
  std::size_t seats_ = 0;

  seat_list due_;  // the first seats of polls that all get one reply
  found due_found_;
  reply_warning due_warning_ = reply_warning::none;
  boost::container::small_vector<category_record*, 1> due_in_;
  bool due_is_shared_ = false;
  steady_time given_since_{};
  tallies tallies_;
  body_ptr due_body_;  // once it is rendered
};

}  // namespace longpolld
