#pragma once

#include "longpolld/thread/io/readiness.hpp"

#include <atomic>

namespace longpolld {

/// Wakes a shard's event loop from any thread: its readiness goes through a batch, an empty one if there is
/// nothing else. Allocates nothing, so it works when memory is exhausted.
class doorbell final : public watcher {
 public:
  /// Throws boost::system::system_error when the system refuses.
  explicit doorbell(readiness& by);
  ~doorbell();
  doorbell(const doorbell&) = delete;
  doorbell& operator=(const doorbell&) = delete;

  /// Thread: any. What was done before the call is seen by the batch. Idempotent until then.
  void ring() noexcept;

 private:
  void ready(ready_for) override { rung_ = false; }

  readiness& by_;
  int descriptor_;
  std::atomic<bool> rung_{false};
};

}  // namespace longpolld
