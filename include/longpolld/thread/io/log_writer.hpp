#pragma once

#include "longpolld/words/log.hpp"

#include <cstddef>
#include <memory>
#include <thread>

namespace longpolld {

/// Writes the log on a thread of its own, so that a slow or full standard output holds up nobody else. Lines
/// wait in a queue of bounded size; those beyond it are dropped, counted, and told in a line once there is
/// room. Installs itself as the log's sink.
/// Thread: built before the threads that log begin, destroyed after they ended.
class log_writer {
 public:
  /// Bytes of lines that wait. A megabyte is several thousand lines: a second of a busy server that logs each
  /// request.
  static constexpr std::size_t queue_bytes_max = std::size_t{1} << 20;

  log_writer();
  /// Waits up to a second until all is written. If it is not, the rest is lost, nothing is logged any more,
  /// and the thread, blocked in a write, is left to the end of the process.
  ~log_writer();
  log_writer(const log_writer&) = delete;
  log_writer& operator=(const log_writer&) = delete;

 private:
  class queue;

  std::shared_ptr<queue> queue_;  // shared with the thread, which may outlive this
  std::thread thread_;
};

}  // namespace longpolld
