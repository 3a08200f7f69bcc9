#pragma once

namespace longpolld {

/// Exit codes of the client commands, as in sysexits.h.
inline constexpr int exit_usage = 64;    ///< an argument is wrong
inline constexpr int exit_refused = 65;  ///< the server refused it, or the input is no JSON
inline constexpr int exit_output = 74;   ///< what came could not be written
inline constexpr int exit_gap = 3;       ///< something was no longer kept, and --strict was given
inline constexpr int exit_too_few = 1;   ///< the time was over before --count events came

/// `longpolld publish CATEGORY [JSON|-]`: publishes one event, or one a line of standard input, in order;
/// prints their ids. What comes slowly is published at once, what comes fast in batches. Never publishes
/// anything twice: it asks again only where the server cannot have stored it.
[[nodiscard]] int publish_command(int argc, const char* const* argv);

/// `longpolld tail CATEGORY…`: prints events as JSON lines, `data` byte for byte, line breaks between its
/// tokens as spaces. Follows the cursor over failures of network and server; tells of gaps on standard error.
[[nodiscard]] int tail_command(int argc, const char* const* argv);

}  // namespace longpolld
