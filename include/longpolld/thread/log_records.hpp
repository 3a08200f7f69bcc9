#pragma once

#include "longpolld/parts/category.hpp"
#include "longpolld/parts/deadline_wheel.hpp"
#include "longpolld/parts/event_ring.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <bitset>
#include <cstdint>
#include <memory>
#include <string_view>

namespace longpolld {

/// The most shards; the range of the option `threads`.
inline constexpr std::size_t shards_max = 256;
using shard_set = std::bitset<shards_max>;

struct filed_tag;
using filed_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<filed_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One category in the log's books. Its deadline is armed while it has events that will expire.
struct log_record : deadline, filed_hook {
  log_record(category_name called, std::uint64_t epoch_of, position start)
      : name(std::move(called)), epoch(epoch_of), ring(start) {}

  category_name name;
  std::uint64_t epoch;
  event_ring ring;

  [[nodiscard]] bool has_history() const { return has_history_; }
  /// Whether some shard has polls parked here that the next event will wake.
  [[nodiscard]] bool is_busy() const { return attending_.any(); }

 private:
  friend class log_records;
  shard_set attending_;
  std::uint64_t used_ = 0;
  std::uint64_t filed_ = 0;
  bool has_history_ = false;
  bool is_set_aside_ = false;
  bool was_empty_ = true;  // its ring, when it was filed
};

/// The log's categories: those with a history, and those that have only polls parked. It knows which idle one
/// was least recently used: using one only notes when, and the order is put right when somebody asks. One
/// thread at a time; the log's critical section sees to that.
class log_records {
 public:
  /// The record of this name, or null.
  [[nodiscard]] log_record* find(std::string_view name) const;
  /// Makes one, without a history; there is none of this name.
  log_record& create(std::string_view name, std::uint64_t history_key, position start);
  /// From its first event on it has a history, which is remembered until it is erased.
  void begin_history(log_record& one);
  void erase(log_record& one);

  void use(log_record& one) { one.used_ = ++clock_; }
  void attend(log_record& one, std::size_t shard);
  /// Erases it when nothing else keeps it.
  void leave(log_record& one, std::size_t shard);
  /// The shards that attended it; from now on none does.
  [[nodiscard]] shard_set wake(log_record& one);
  /// To be called when its ring may have become empty or is not any more.
  void ring_changed(log_record& one);

  /// The least recently used idle category without events, or with events; null when there is none.
  [[nodiscard]] log_record* oldest_idle(bool with_events);
  /// A busy category with events, of those that oldest_idle() passed over; null when there is none.
  [[nodiscard]] log_record* oldest_busy() { return kept_.aside.empty() ? nullptr : &kept_.aside.front(); }

  /// Categories with a history.
  [[nodiscard]] std::size_t histories() const { return histories_; }
  /// Categories with a history that are busy.
  [[nodiscard]] std::size_t busy() const { return busy_; }

 private:
  using records = boost::intrusive::list<log_record, boost::intrusive::base_hook<filed_hook>,
                                         boost::intrusive::constant_time_size<false>>;
  /// Categories with a history, in the order they were filed; busy ones are set aside when they are met.
  struct shelf {
    records filed, aside;
  };

  void file(log_record& one);
  void became_idle(log_record& one);

  boost::unordered_flat_map<std::string_view, std::unique_ptr<log_record>, category_hash> by_name_;
  shelf empty_, kept_;
  std::uint64_t clock_ = 0;
  std::size_t histories_ = 0;
  std::size_t busy_ = 0;
};

}  // namespace longpolld
