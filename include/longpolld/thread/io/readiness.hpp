#pragma once

#include "longpolld/thread/io/handler_memory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <sys/epoll.h>

namespace longpolld {

/// What has happened to a socket since its watcher was last called.
struct ready_for {
  bool reading = false;  ///< bytes have come, or an end
  bool writing = false;  ///< there is room again
  bool ended = false;    ///< the peer sends no more, or a fault
};

/// Is called when something happens to its socket.
class watcher {
 public:
  virtual void ready(ready_for what) = 0;

 protected:
  ~watcher() = default;
};

/// Watches the sockets of one shard. Each is registered once, for all its life: waiting again costs neither a
/// system call nor an allocation, as it does with a wait on Asio's reactor, which sees this as one
/// descriptor. Edge-triggered (epoll(7)): a watcher must read until nothing is left, or come back to it.
/// Whatever a watcher throws, the others of the batch are called, the batch is ended, and watching goes on;
/// the first exception leaves the io_context's run() then.
/// Thread: one.
class readiness {
 public:
  /// `begin` is called before each batch of watchers, `end` after it.
  readiness(boost::asio::io_context& context, std::function<void()> begin, std::function<void()> end);

  /// Watches until the descriptor is closed. Throws boost::system::system_error when the system refuses.
  void add(int descriptor, watcher& by);
  /// `by` is not called any more, not even for what is already known; its descriptor is about to be closed.
  void remove(const watcher& by);

 private:
  void wait();
  void tell();

  handler_memory memory_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> poller_;
  const std::function<void()> begin_;
  const std::function<void()> end_;
  std::array<epoll_event, 256> batch_{};
  std::size_t told_ = 0;
  std::size_t known_ = 0;
};

}  // namespace longpolld
