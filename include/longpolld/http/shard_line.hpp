#pragma once

#include "longpolld/http/read/byte_gauge.hpp"
#include "longpolld/words/moment.hpp"

#include <atomic>
#include <functional>
#include <vector>

namespace longpolld {

class shard_line;
/// One for each shard; filled before threads start.
using shard_lines = std::vector<shard_line*>;

/// What one shard holds of bytes that are bounded over all shards, in the order in which it goes when they
/// are too many. One thread, but for since().
class shard_line {
 public:
  /// `ask`: has shed() called on this line's thread, soon; any thread calls it.
  shard_line(byte_gauge& bytes, shard_lines& all, std::function<void()> ask);
  shard_line(const shard_line&) = delete;
  shard_line& operator=(const shard_line&) = delete;

  /// Ends what is first, on whichever shard, until what all shards hold fits. May end what calls.
  void shed();

  /// Since when the first in line has been there; steady_time::max() when there is none.
  [[nodiscard]] steady_time since() const {
    return steady_time(steady_time::duration(since_.load(std::memory_order_relaxed)));
  }

 protected:
  ~shard_line() = default;

  /// Ends the first in line, or shows that another is, unless `must`. Precondition: there is one.
  virtual void end_first(bool must) = 0;
  /// How many there are at least, 0 only when there is none.
  [[nodiscard]] virtual std::size_t count() const = 0;
  void set_since(steady_time since) noexcept {
    since_.store(since.time_since_epoch().count(), std::memory_order_relaxed);
  }
  [[nodiscard]] byte_gauge& bytes() { return bytes_; }

 private:
  [[nodiscard]] shard_line& oldest();
  void request() noexcept;

  byte_gauge& bytes_;
  shard_lines& all_;
  const std::function<void()> ask_;
  std::atomic<bool> asked_{false};
  std::atomic<steady_time::rep> since_{steady_time::max().time_since_epoch().count()};
};

}  // namespace longpolld
