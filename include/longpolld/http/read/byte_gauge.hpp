#pragma once

#include "longpolld/words/config.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

namespace longpolld {

/// The bytes that all shards hold of one kind, beside the most they may hold. Any thread may call.
class byte_gauge {
 public:
  explicit byte_gauge(config::number most) : most_(most) {}

  /// Adds this many bytes; negative ones are taken away.
  void add(std::int64_t bytes) noexcept {
    const auto now = now_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (now > peak_.load(std::memory_order_relaxed)) peak_.store(now, std::memory_order_relaxed);
  }
  [[nodiscard]] std::int64_t now() const noexcept { return now_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t most() const noexcept { return most_; }
  [[nodiscard]] bool is_over() const noexcept { return now() > most_; }
  /// Returns about the most since the last call.
  [[nodiscard]] std::int64_t take_peak() noexcept {
    return std::max(peak_.exchange(now(), std::memory_order_relaxed), now());
  }

 private:
  const std::int64_t most_;
  std::atomic<std::int64_t> now_{0};
  std::atomic<std::int64_t> peak_{0};
};

/// What one holder has of a gauge; given back when it goes.
class gauge_share {
 public:
  gauge_share() = default;
  gauge_share(gauge_share&& other) noexcept
      : of_(std::exchange(other.of_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  gauge_share& operator=(gauge_share&& other) noexcept {
    std::swap(of_, other.of_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~gauge_share() {
    if (of_) of_->add(-bytes_);
  }

  /// Sets the share to this many bytes of `of`. Precondition: always the same gauge.
  void hold(byte_gauge& of, std::size_t bytes) noexcept {
    of_ = &of;
    const auto now = static_cast<std::int64_t>(bytes);
    if (now != bytes_) of.add(now - std::exchange(bytes_, now));
  }

 private:
  byte_gauge* of_ = nullptr;
  std::int64_t bytes_ = 0;
};

}  // namespace longpolld
