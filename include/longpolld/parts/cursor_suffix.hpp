#pragma once

#include "longpolld/words/moment.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace longpolld {

/// Behind `~` in the cursor of a timeout that a shared cache gives to many: it sets that cursor apart from
/// the one asked with, so that nobody who goes on with it is given the same timeout again, and means nothing
/// else. Polls that time out within one span of time have the same suffix, so that those who come to a cache
/// at different times meet in one poll.
///
/// A span is shorter than any poll that ends with its suffix, and nobody can tell a suffix before it was
/// given: so whatever a cache has under a cursor with a suffix leads to one of a later span. Thread: any.
class cursor_suffixes {
 public:
  /// The length of a span of time as a power of two in milliseconds.
  using span = std::uint8_t;
  static constexpr span span_least = 8;
  /// How much longer than its span a poll takes at the least: clocks that were read a moment ago do no harm.
  static constexpr std::chrono::milliseconds margin{500};

  /// `key` is random per process.
  explicit cursor_suffixes(std::uint64_t key) : key_(key) {}

  /// That of polls with this timeout. Precondition: a second or more.
  [[nodiscard]] static span span_of(std::chrono::milliseconds timeout);

  /// Of a poll that times out now; never 0.
  [[nodiscard]] std::uint64_t at(span of, steady_time now) const;

 private:
  const std::uint64_t key_;
};

/// The most characters of a suffix, its `~` included.
inline constexpr std::size_t suffix_chars_max = 17;

void append_suffix(std::string& to, std::uint64_t suffix);

/// A part of a cursor without the suffix that it may end in. One that is no suffix of ours stays, so that
/// what a client made up is not taken for a cursor.
[[nodiscard]] std::string_view without_suffix(std::string_view part);

}  // namespace longpolld
