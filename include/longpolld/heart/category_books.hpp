#pragma once

#include "longpolld/heart/waiting_list.hpp"
#include "longpolld/parts/category.hpp"
#include "longpolld/parts/deadline_wheel.hpp"
#include "longpolld/parts/event_ring.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace longpolld {

struct filed_tag;
using filed_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<filed_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One category. Its name lies behind it in the same allocation and never changes; its epoch changes with the
/// history that a replica follows. Its deadline is armed while it has events that will expire.
class category_record : public deadline, public filed_hook {
 public:
  struct free {
    void operator()(category_record* one) const;
  };
  using owner = std::unique_ptr<category_record, free>;

  /// A record on no book, whose history so far ends at `start`.
  [[nodiscard]] static owner make(std::string_view name, std::uint64_t history_key, position start);

  [[nodiscard]] std::string_view name() const {
    return {reinterpret_cast<const char*>(this + 1), name_bytes_};
  }
  [[nodiscard]] bool has_history() const { return has_history_; }
  /// Whether some shard has polls here, parked or about to be served.
  [[nodiscard]] bool is_busy() const { return !waiting.empty(); }
  /// Whether some shard has yet to serve what came. Linked lists stand before noted ones.
  [[nodiscard]] bool has_noted() const {
    return is_busy() && waiting.back().state == waiting_list::is::noted;
  }
  [[nodiscard]] std::size_t cost_bytes() const { return sizeof(category_record) + name_bytes_ + 64; }

  std::uint64_t epoch;
  event_ring ring;
  waiting_lists waiting;    ///< linked or noted
  std::uint32_t polls = 0;  ///< that wait here, on all shards
  std::uint32_t pins = 0;   ///< waiting lists bound to it, idle ones too
  /// With deletion after the first retrieval: how many of the ring's last events came while polls waited. All
  /// these polls are given them; whoever comes now gets those that nobody was given yet.
  std::uint32_t handed = 0;
  /// Of the events that are stamped and not visible yet, 1 + the index of its last one; 0: it has none.
  std::uint32_t under_way = 0;
  /// Of a replica, that has what it was asked for: nothing of this category is known here and all of it has
  /// to be fetched. Polls that are parked have seen everything up to its last position.
  bool is_cold : 1 = false;
  bool is_replica : 1 = false;

 private:
  friend class category_books;
  category_record(std::uint64_t of_epoch, std::size_t name_bytes, position start)
      : epoch(of_epoch), ring(start), name_bytes_(static_cast<std::uint16_t>(name_bytes)) {}
  ~category_record() = default;

  bool was_used_ : 1 = false;  // since it was filed
  bool has_history_ : 1 = false;
  bool was_empty_ : 1 = true;  // its ring, when it was filed
  std::uint16_t name_bytes_;
  std::uint32_t index_ = 0;  // among all records
  std::uint64_t used_ = 0;
};

inline std::string_view waiting_list::name() const { return record->name(); }

/// All categories: those with a history, and those that are only pinned by waiting lists. It knows which was
/// least recently used: using one only notes when, and the order is put right when somebody asks.
/// Thread: one at a time.
class category_books {
 public:
  /// The record of this name, or null.
  [[nodiscard]] category_record* find(std::string_view name) const;
  /// Adds a record without a history. Precondition: no record has this name. Throws std::bad_alloc.
  category_record& create(std::string_view name, std::uint64_t history_key, position start);
  /// Precondition: it has no history and is not pinned.
  void erase(category_record& one);
  /// All records, in no order.
  template <class Action>
  void for_each(Action action) const {
    for (auto* one : all_) action(*one);
  }
  /// How many there are. Whoever looks at them in steps goes from the last to the first, so that each which
  /// is there all along is seen, whatever comes and goes between: some are seen twice.
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  /// Precondition: `index` < size().
  [[nodiscard]] const category_record& at(std::size_t index) const { return *all_[index]; }

  /// From its first event on a category has a history, until it is forgotten.
  void begin_history(category_record& one);
  void end_history(category_record& one);

  void use(category_record& one) {
    one.used_ = ++clock_;
    one.was_used_ = true;
  }
  /// To be called when its ring may have become empty or may not be empty any more.
  void ring_changed(category_record& one);

  /// The least recently used category with a history and with events, or without; null if there is none. One
  /// that some shard has yet to serve comes last.
  [[nodiscard]] category_record* oldest(bool with_events);

  /// Categories with a history.
  [[nodiscard]] std::size_t histories() const { return histories_; }
  /// Of these, categories with events.
  [[nodiscard]] std::size_t with_events() const { return with_events_; }
  /// What the records of all histories cost. Those that only polls pin are bounded by the limits on polls.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  using records = boost::intrusive::list<category_record, boost::intrusive::base_hook<filed_hook>,
                                         boost::intrusive::constant_time_size<false>>;
  records& filed(bool with_events) { return with_events ? kept_ : empty_; }
  void file(category_record& one);
  void unfile(category_record& one);

  boost::unordered_flat_set<category_record::owner, by_category_name, by_category_name> by_name_;
  std::vector<category_record*> all_;  // in no order
  records empty_, kept_;               // those with a history, in the order they were filed
  std::uint64_t clock_ = 0;
  std::size_t histories_ = 0;
  std::size_t with_events_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace longpolld
