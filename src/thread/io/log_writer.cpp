#include "longpolld/thread/io/log_writer.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::seconds end_within{1};

/// A line that is not to be dropped itself.
void tell_dropped(std::size_t lines) noexcept try {
  log::put(log::render(log::level::warn, "log lines were dropped", {{"lines", lines}}));
} catch (const std::exception&) {
}

}  // namespace

/// Two buffers, allocated once: one is filled while the other is written.
class log_writer::queue final : public log::line_sink {
 public:
  queue() {
    waiting_.reserve(queue_bytes_max);
    writing_.reserve(queue_bytes_max);
  }

  void take(std::string_view line) noexcept override {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > queue_bytes_max) {
      ++dropped_;
      return;
    }
    waiting_.append(line);
    changed_.notify_one();
  }

  /// The thread's work until end() was called and all is written.
  void run() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !waiting_.empty() || is_ending_; });
      if (waiting_.empty()) break;
      writing_.clear();
      writing_.swap(waiting_);
      const auto dropped = std::exchange(dropped_, 0);
      lock.unlock();
      log::put(writing_);
      if (dropped > 0) tell_dropped(dropped);
      lock.lock();
    }
    is_over_ = true;
    over_.notify_one();
  }

  /// Whether all is written in time.
  bool end() noexcept {
    std::unique_lock lock(mutex_);
    is_ending_ = true;
    changed_.notify_one();
    return over_.wait_for(lock, end_within, [this] { return is_over_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_, over_;
  std::string waiting_;
  std::string writing_;  // of the thread alone, but for the swap
  std::size_t dropped_ = 0;
  bool is_ending_ = false;
  bool is_over_ = false;
};

log_writer::log_writer() : queue_(std::make_shared<queue>()) {
  // Signals are for the threads that were there before.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([queue = queue_] { queue->run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  log::install(queue_.get());
}

log_writer::~log_writer() {
  const bool is_written = queue_->end();
  if (!is_written) log::least = log::level::off;
  log::install(nullptr);
  if (is_written) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace longpolld
