#pragma once

#include "longpolld/parts/tally.hpp"
#include "longpolld/words/config.hpp"
#include "longpolld/words/error.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace longpolld {

/// How much waits for a store at once, within max_unstored_events and max_unstored_bytes. What is larger than
/// a limit has room when nothing else waits. Thread: one at a time, that of whoever has its owner's lock.
class unstored {
 public:
  /// `whom`: what is waited for, as errors have it. It and `limits` outlive this.
  unstored(const config& limits, std::string_view whom) : limits_(limits), whom_(whom) {}

  /// Counts these, or says that there is no room: 503, and nothing is stored.
  [[nodiscard]] std::optional<error> take(std::size_t events, std::size_t bytes);
  /// These wait no more.
  void give(std::size_t events, std::size_t bytes) {
    events_.add(-static_cast<std::int64_t>(events));
    bytes_.add(-static_cast<std::int64_t>(bytes));
  }
  /// Any thread.
  [[nodiscard]] std::size_t events() const { return static_cast<std::size_t>(events_.now()); }

 private:
  const config& limits_;
  const std::string_view whom_;
  tally events_, bytes_;
};

}  // namespace longpolld
