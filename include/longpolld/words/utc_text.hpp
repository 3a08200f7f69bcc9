#pragma once

#include "longpolld/words/moment.hpp"

#include <string>

namespace longpolld {

/// The time as RFC 3339 writes it, in UTC: `2023-11-14T22:13:20.042Z`. What is before 1970 is its beginning.
[[nodiscard]] std::string utc_text(unix_ms time);

}  // namespace longpolld
