#pragma once

#include "longpolld/thread/io/line_queue.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace longpolld {

/// Where a line for each request goes: a file, or standard output. Whoever adds lines never waits for it;
/// what finds no room in the queue or in the file is dropped and counted, and the log says so, once until
/// lines are written again. Thread: built before the threads that add lines begin, destroyed after they
/// ended.
class access_log {
 public:
  /// The file cannot be opened: the message names it and says why.
  struct fault : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  /// Bytes of lines that wait: a second of a server that answers some 30,000 requests.
  static constexpr std::size_t queue_bytes_max = std::size_t{4} << 20;

  /// Appends to this file, which is made with mode 0640 if there is none; empty: standard output. Throws
  /// a fault.
  explicit access_log(const std::string& file);
  ~access_log();
  access_log(const access_log&) = delete;
  access_log& operator=(const access_log&) = delete;

  /// Adds `count` whole lines. Thread: any.
  void add(std::string_view lines, std::size_t count) noexcept;
  /// Opens the file of this name anew, after it was renamed; what was added before goes to the old one. If
  /// that fails the log says so, and the old one stays. Thread: any.
  void reopen() noexcept;
  /// Lines that were dropped so far. Thread: any.
  [[nodiscard]] std::int64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void write(std::string_view lines, bool is_whole);
  void open_anew();
  void lose(std::size_t lines, std::string_view why) noexcept;

  const std::string file_;
  std::atomic<std::int64_t> dropped_{0};
  std::atomic<bool> is_renamed_{false};
  std::atomic<bool> is_told_{false};  // that lines are dropped
  // The queue's thread's alone.
  int descriptor_;
  bool is_torn_ = false;  // the last line is not whole
  line_queue queue_;      // last: its thread uses all of this
};

}  // namespace longpolld
