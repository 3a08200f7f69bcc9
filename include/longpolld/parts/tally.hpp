#pragma once

#include "longpolld/words/moment.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace longpolld {

/// A number that one thread changes and any thread reads, without a lock or a locked instruction. What is
/// only added to never falls for whoever reads it. Thread: one at a time, but for now().
class tally {
 public:
  void add(std::int64_t more = 1) noexcept { set(now() + more); }
  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t now() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// How often something took how long.
struct time_counts {
  /// The longest time that each but the last of `times` counts; the last counts what took longer.
  static constexpr std::array bounds = {
      std::chrono::microseconds(50),        std::chrono::microseconds(100),
      std::chrono::microseconds(250),       std::chrono::microseconds(500),
      std::chrono::microseconds(1'000),     std::chrono::microseconds(2'500),
      std::chrono::microseconds(5'000),     std::chrono::microseconds(10'000),
      std::chrono::microseconds(25'000),    std::chrono::microseconds(50'000),
      std::chrono::microseconds(100'000),   std::chrono::microseconds(250'000),
      std::chrono::microseconds(500'000),   std::chrono::microseconds(1'000'000),
      std::chrono::microseconds(2'500'000), std::chrono::microseconds(10'000'000)};

  std::array<std::int64_t, bounds.size() + 1> times{};  ///< each within its bounds alone
  std::chrono::nanoseconds sum{0};
};

/// Counts times that things take. Thread: one at a time, but for add_to().
class time_tally {
 public:
  /// So many things have taken this long each. A negative time, of a clock that another thread has read
  /// earlier, counts as none.
  void add(steady_time::duration took, std::int64_t things = 1) noexcept {
    if (took < took.zero()) took = took.zero();
    std::size_t at = 0;
    while (at < time_counts::bounds.size() && took > time_counts::bounds[at]) ++at;
    times_[at].add(things);
    sum_.add(std::chrono::nanoseconds(took).count() * things);
  }
  /// Adds what was counted so far. Any thread.
  void add_to(time_counts& into) const noexcept {
    for (std::size_t i = 0; i < times_.size(); ++i) into.times[i] += times_[i].now();
    into.sum += std::chrono::nanoseconds(sum_.now());
  }

 private:
  std::array<tally, time_counts::bounds.size() + 1> times_;
  tally sum_;  // nanoseconds
};

}  // namespace longpolld
