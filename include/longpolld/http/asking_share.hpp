#pragma once

#include "longpolld/http/http_shard.hpp"

#include <cstddef>

namespace longpolld {

/// The bytes of a whole request that waits until somebody was asked about it, as they are counted. Thread:
/// its shard's, but for its end.
class asking_share {
 public:
  /// Those that are not whole make room, if it takes that.
  void hold(http_shard& home, std::size_t bytes) {
    auto& shared = home.shared();
    all_.hold(shared.request_bytes, bytes);
    asking_.hold(shared.asking_bytes, bytes);
    if (shared.request_bytes.is_over()) home.core().post([&home] { home.requests().shed(); });
  }

 private:
  gauge_share all_, asking_;
};

}  // namespace longpolld
