#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace longpolld {

/// Lines on their way to a file that may be slow or full: a thread of its own writes them, and whoever adds
/// some never waits. What finds no room is dropped and counted.
/// Thread: built before the threads that add lines begin, destroyed after they ended.
class line_queue {
 public:
  /// Writes what has gathered, and hears how many lines were dropped before it. May block. Thread: the
  /// queue's.
  using writer = std::function<void(std::string_view lines, std::size_t dropped)>;

  /// Memory: twice `bytes_max`.
  line_queue(std::size_t bytes_max, writer writes);
  /// As end(); what is not written then is lost.
  ~line_queue();
  line_queue(const line_queue&) = delete;
  line_queue& operator=(const line_queue&) = delete;

  /// Adds `count` whole lines, or drops them all; whether it has added them. Thread: any.
  bool add(std::string_view lines, std::size_t count = 1) noexcept;
  /// Calls the writer soon, with nothing if there is nothing. Thread: any.
  void ask() noexcept;
  /// Waits up to a second until all is written; whether it is. If not, the thread, blocked in a write, is
  /// left to the end of the process. Idempotent.
  bool end() noexcept;

 private:
  struct state;

  std::shared_ptr<state> state_;  // shared with the thread, which may outlive this
  std::thread thread_;
};

}  // namespace longpolld
