#pragma once

#include <chrono>
#include <cstdint>

namespace longpolld {

using steady_time = std::chrono::steady_clock::time_point;

/// Unix time in milliseconds. Ids hold 48 bits of it, so a valid one is below `unix_ms_end`.
using unix_ms = std::int64_t;
inline constexpr unix_ms unix_ms_end = unix_ms{1} << 48;

/// One reading of both clocks. Floors 0 to 2 never look at a clock, but for the log, whose lines begin with
/// the time: they are handed a moment.
/// `steady` drives timeouts and time to live, `wall` only timestamps.
struct moment {
  steady_time steady;
  unix_ms wall = 0;
};

}  // namespace longpolld
