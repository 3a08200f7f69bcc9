#pragma once

#include "longpolld/thread/io/line_queue.hpp"
#include "longpolld/words/log.hpp"

#include <cstddef>

namespace longpolld {

/// Writes the log on a thread of its own, so that a slow or full standard output holds up nobody else. Lines
/// that find no room in its queue are dropped, counted, and told in a line once there is room. Installs
/// itself as the log's sink. Thread: built before the threads that log begin, destroyed after they ended.
class log_writer final : log::line_sink {
 public:
  /// Bytes of lines that wait. A megabyte is several thousand lines: a second of a busy server that logs each
  /// request.
  static constexpr std::size_t queue_bytes_max = std::size_t{1} << 20;

  log_writer();
  /// Waits up to a second until all is written. If it is not, the rest is lost and nothing is logged any
  /// more.
  ~log_writer();
  log_writer(const log_writer&) = delete;
  log_writer& operator=(const log_writer&) = delete;

 private:
  void take(std::string_view line) noexcept override { queue_.add(line); }

  line_queue queue_;
};

}  // namespace longpolld
