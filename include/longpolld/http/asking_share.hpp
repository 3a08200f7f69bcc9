#pragma once

#include "longpolld/http/http_shard.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace longpolld {

/// The bytes of a whole request that waits until somebody was asked about it, as they are counted. Thread:
/// its shard's, but for its end.
class asking_share {
 public:
  asking_share() = default;
  asking_share(asking_share&& other) noexcept
      : all_(std::move(other.all_)),
        asking_(std::move(other.asking_)),
        of_(std::exchange(other.of_, nullptr)),
        client_(other.client_),
        bytes_(other.bytes_) {}
  asking_share& operator=(asking_share&&) = delete;
  ~asking_share() {
    if (of_) of_->addresses.asked(client_, bytes_);
  }

  /// Counts them, once: those that are not whole make room, if it takes that. Or says what there is no room
  /// for, and counts nothing.
  [[nodiscard]] std::optional<error> hold(http_shard& home, client_key client, std::size_t bytes) {
    auto& shared = home.shared();
    if (auto no_room = shared.ask(client, bytes)) return no_room;
    of_ = &shared;
    client_ = client;
    bytes_ = bytes;
    all_.hold(shared.request_bytes, bytes);
    asking_.hold(shared.asking_bytes, bytes);
    if (shared.request_bytes.is_over()) home.core().post([&home] { home.requests().shed(); });
    return std::nullopt;
  }

 private:
  gauge_share all_, asking_;
  shared_limits* of_ = nullptr;
  client_key client_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace longpolld
