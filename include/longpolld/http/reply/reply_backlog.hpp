#pragma once

#include "longpolld/http/read/byte_gauge.hpp"
#include "longpolld/http/shard_line.hpp"
#include "longpolld/parts/reply_body.hpp"
#include "longpolld/words/moment.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace longpolld {

class reply_backlog;
struct held_reply;

using unlinking_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
template <class T>
using unlinking_list = boost::intrusive::list<T, boost::intrusive::constant_time_size<false>>;

/// A reply that its reader has not taken whole: what is left of the head, and the place in the body, which is
/// shared with whoever else gets it.
struct unread_reply : unlinking_hook {
  unread_reply() = default;
  virtual ~unread_reply();
  unread_reply(const unread_reply&) = delete;
  unread_reply& operator=(const unread_reply&) = delete;

  /// Has looked_at() called, having asked the system how much the reader has taken; returns what that says.
  virtual bool look() = 0;
  /// There is no room for it: ends the reader's connection, and this with it.
  virtual void cut_off() = 0;

  /// What is to be written next: views into head and body. Returns how many, 0 when all is written.
  [[nodiscard]] std::size_t pieces(std::span<std::string_view> into) const;
  /// The socket took this many bytes more of them.
  void wrote(std::size_t bytes);
  /// The reader's side has acknowledged this many bytes in all. Each byte postpones `until`, at most to
  /// write_timeout_seconds from now: a reader that stands still has that long, one that is too slow uses it
  /// up, and reading fast earns nothing beyond it.
  void earn(std::uint64_t acknowledged, steady_time now, const config& limits);

  std::string head;
  body_ptr body;
  reply_body::place at;
  std::size_t other_bytes = 0;    ///< held besides, as a record of TLS that was begun
  std::uint64_t written = 0;      ///< bytes the socket took
  std::uint64_t taken = 0;        ///< bytes of these that the reader's side has acknowledged
  steady_time added;              ///< when the backlog began to count it
  steady_time last_taken;         ///< when `taken` last became more
  bool is_settled = false;        ///< what buffers took of it at first is in `taken`
  steady_time until;              ///< when the reader is cut off
  reply_backlog* in = nullptr;    ///< which counts it
  held_reply* held_by = nullptr;  ///< while it is counted
  gauge_share head_bytes;
};

/// What is held for its readers: a body that they share, or one reply without a body. Of the body its own
/// bytes count, and each event that it refers to as long as any body in the room does, once.
struct held_reply : unlinking_hook {
  held_reply(byte_gauge& in, body_ptr body);
  ~held_reply();
  held_reply(const held_reply&) = delete;
  held_reply& operator=(const held_reply&) = delete;

  unlinking_list<unread_reply> readers;
  steady_time last_taken;  ///< when one of them last read on, or the first of them was added
  bool is_read = false;    ///< one of them took more than buffers take by themselves

 private:
  byte_gauge& in_;
  const body_ptr body_;
  gauge_share own_bytes_;
};

/// All shards' backlogs, and the bytes they hold together. Any thread may call.
struct reply_room {
  explicit reply_room(config::number most) : bytes(most) {}

  byte_gauge bytes;
  shard_lines lines;
};

/// The unread replies of one shard. A body that many readers get counts once, and as long as one of them
/// reads on it is not standing still; one more reader is no progress. Those that nobody ever read on come
/// before those that stand still for now, so that readers that never read go first, however many come.
/// One thread, but for since().
class reply_backlog final : public shard_line {
 public:
  /// In this time from add() buffers take what they take by themselves, be the way long.
  static constexpr std::chrono::milliseconds settles_within{250};

  /// `ask`: has shed() called on this backlog's thread, soon; any thread calls it.
  reply_backlog(reply_room& in, std::function<void()> ask);

  /// Counts `one`, until it is destroyed.
  void add(unread_reply& one, steady_time now);
  /// How much its reader has taken was looked at: since the last time it has taken some of it, or nothing.
  /// Returns whether that shows that it reads. Precondition: there is a look soon after settles_within.
  bool looked_at(unread_reply& one, bool took_more, steady_time now);

 private:
  friend struct unread_reply;

  void remove(unread_reply& one) noexcept;
  /// First go the readers of what has stood still the longest, somewhat later if it was read on before.
  void end_first(bool must) override;
  [[nodiscard]] std::size_t count() const override { return held_.size(); }
  [[nodiscard]] held_reply* first() noexcept;
  void note_first() noexcept;

  std::unordered_map<const void*, held_reply> held_;  // by the body, or the reply that has none
  // Those first that have stood still the longest, apart for those that were read on.
  unlinking_list<held_reply> not_read_, read_;
};

}  // namespace longpolld
