#include "longpolld/thread/io/line_queue.hpp"

#include <chrono>
#include <csignal>
#include <exception>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::seconds end_within{1};

}  // namespace

/// Two buffers, allocated once: one is filled while the other is written.
struct line_queue::state {
  state(std::size_t most, writer how) : bytes_max(most), writes(std::move(how)) {
    waiting.reserve(bytes_max);
    writing.reserve(bytes_max);
  }

  /// The thread's work until it is to end and all is written.
  void run() noexcept {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return !waiting.empty() || is_asked || is_ending; });
      if (waiting.empty() && !is_asked) break;
      is_asked = false;
      writing.clear();
      writing.swap(waiting);
      const auto lost = std::exchange(dropped, 0);
      lock.unlock();
      try {
        writes(writing, lost);
      } catch (const std::exception&) {  // there is no memory to say more
      }
      lock.lock();
    }
    is_over = true;
    over.notify_one();
  }

  const std::size_t bytes_max;
  const writer writes;
  std::mutex mutex;
  std::condition_variable changed, over;
  std::string waiting;
  std::string writing;  // of the thread alone, but for the swap
  std::size_t dropped = 0;
  bool is_asked = false, is_ending = false, is_over = false;
};

line_queue::line_queue(std::size_t bytes_max, writer writes)
    : state_(std::make_shared<state>(bytes_max, std::move(writes))) {
  // Signals are for the threads that were there before.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([of = state_] { of->run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

line_queue::~line_queue() { end(); }

bool line_queue::add(std::string_view lines, std::size_t count) noexcept {
  const std::lock_guard lock(state_->mutex);
  auto& waiting = state_->waiting;
  if (waiting.size() + lines.size() > state_->bytes_max) {
    state_->dropped += count;
    return false;
  }
  const bool was_empty = waiting.empty();
  waiting.append(lines);
  if (was_empty) state_->changed.notify_one();
  return true;
}

void line_queue::ask() noexcept {
  const std::lock_guard lock(state_->mutex);
  state_->is_asked = true;
  state_->changed.notify_one();
}

bool line_queue::end() noexcept {
  if (!thread_.joinable()) return true;
  bool is_written = false;
  {
    std::unique_lock lock(state_->mutex);
    state_->is_ending = true;
    state_->changed.notify_one();
    is_written = state_->over.wait_for(lock, end_within, [this] { return state_->is_over; });
  }
  if (is_written) {
    thread_.join();
  } else {
    thread_.detach();
  }
  return is_written;
}

}  // namespace longpolld
