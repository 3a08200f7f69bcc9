#pragma once

#include "longpolld/thread/io/readiness.hpp"

#include <atomic>

namespace longpolld {

/// Lets any thread have a readiness go through a batch, one that may be empty. It needs no memory, so that
/// what was ordered is told of when there is none.
class doorbell final : public watcher {
 public:
  /// Throws boost::system::system_error when the system refuses.
  explicit doorbell(readiness& by);
  ~doorbell();
  doorbell(const doorbell&) = delete;
  doorbell& operator=(const doorbell&) = delete;

  /// Any thread. What is done before it is seen in the batch; rung twice before that, it counts once.
  void ring() noexcept;

 private:
  void ready(ready_for) override { rung_ = false; }

  readiness& by_;
  int descriptor_;
  std::atomic<bool> rung_{false};
};

}  // namespace longpolld
