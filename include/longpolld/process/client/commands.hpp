#pragma once

#include "longpolld/process/command_line.hpp"

#include <vector>

namespace longpolld {

/// `longpolld publish CATEGORY [JSON|-]`: publishes one event, or one a line of standard input, in order;
/// prints their ids. What comes slowly is published at once, what comes fast in batches. Never publishes
/// anything twice: it asks again only where the server cannot have stored it.
[[nodiscard]] int publish_command(int argc, const char* const* argv);
[[nodiscard]] usage publish_usage();

/// `longpolld tail CATEGORY…`: prints events as JSON lines, `data` byte for byte, line breaks between its
/// tokens as spaces. Follows the cursor over failures of network and server; tells of gaps on standard error.
[[nodiscard]] int tail_command(int argc, const char* const* argv);
[[nodiscard]] usage tail_usage();

}  // namespace longpolld
