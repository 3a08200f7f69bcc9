#pragma once

#include "longpolld/words/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// What `tail --since` says, as a since_time: unix milliseconds, or empty for "now". Takes a time that has
/// passed (10m: from ten minutes before `now`), all, now, unix milliseconds, or a time of RFC 3339. The
/// error's text is meant for the user.
[[nodiscard]] outcome<std::string> read_since(std::string_view text,
                                              std::chrono::sys_time<std::chrono::milliseconds> now);

/// Reads a date and time with its offset, as 2026-01-31T12:00:00.5+01:00 (RFC 3339 section 5.6).
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::milliseconds>> read_rfc3339(
    std::string_view text);

}  // namespace longpolld
