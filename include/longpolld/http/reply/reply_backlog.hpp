#pragma once

#include "longpolld/http/read/byte_gauge.hpp"
#include "longpolld/parts/reply_body.hpp"
#include "longpolld/words/moment.hpp"

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace longpolld {

class connection;
class reply_backlog;
struct held_reply;

using unlinking_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
template <class T>
using unlinking_list = boost::intrusive::list<T, boost::intrusive::constant_time_size<false>>;

/// A reply that its reader has not taken whole: what is left of the head, and the place in the body, which is
/// shared with whoever else gets it.
struct unread_reply : unlinking_hook {
  explicit unread_reply(connection& of) : reader(of) {}
  ~unread_reply();
  unread_reply(const unread_reply&) = delete;
  unread_reply& operator=(const unread_reply&) = delete;

  connection& reader;
  std::string head;
  body_ptr body;
  reply_body::place at;
  std::uint64_t written = 0;      ///< bytes the socket took
  std::uint64_t taken = 0;        ///< bytes of these that the reader's side has acknowledged
  steady_time last_taken;         ///< when that last became more
  steady_time until;              ///< when the reader is cut off
  reply_backlog* in = nullptr;    ///< which counts it
  held_reply* held_by = nullptr;  ///< while it is counted
  gauge_share head_bytes;
};

/// What is held for its readers: a body that they share, or one reply without a body.
struct held_reply : unlinking_hook {
  unlinking_list<unread_reply> readers;
  gauge_share body_bytes;
  steady_time last_taken;  ///< when one of them last took something
};

/// All shards' backlogs, and the bytes they hold together. Any thread may call.
struct reply_room {
  explicit reply_room(config::number most) : bytes(most) {}

  byte_gauge bytes;
  std::vector<reply_backlog*> backlogs;  ///< filled before threads start
};

/// The unread replies of one shard. A body that many readers get counts once, and as long as one of them
/// reads on it is not standing still. One thread, but for stood_since().
class reply_backlog {
 public:
  /// `ask`: has shed() called on this backlog's thread, soon; any thread calls it. `cut_off`: ends a reader's
  /// connection, and its unread reply with it.
  reply_backlog(reply_room& in, std::function<void()> ask, std::function<void(connection&)> cut_off);

  /// Counts `one`, until it is destroyed.
  void add(unread_reply& one, steady_time now);
  /// Its reader has taken some of it.
  void moved(unread_reply& one, steady_time now);

  /// Cuts off readers until what all shards hold fits: first the readers of what has stood still the longest,
  /// on whichever shard. May end the connection that calls.
  void shed();

  /// Since when the first in line has stood still; steady_time::max() when there is nobody.
  [[nodiscard]] steady_time stood_since() const {
    return steady_time(steady_time::duration(front_since_.load(std::memory_order_relaxed)));
  }

 private:
  friend struct unread_reply;

  void remove(unread_reply& one) noexcept;
  void request() noexcept;
  void note_front() noexcept;
  void cut_off_first();
  [[nodiscard]] reply_backlog& worst_shard();

  reply_room& room_;
  const std::function<void()> ask_;
  const std::function<void(connection&)> cut_off_;
  std::atomic<bool> asked_{false};
  std::atomic<steady_time::rep> front_since_{steady_time::max().time_since_epoch().count()};
  std::unordered_map<const void*, held_reply> held_;  // by the body, or the reply that has none
  unlinking_list<held_reply> line_;                   // those first that have stood still the longest
};

}  // namespace longpolld
