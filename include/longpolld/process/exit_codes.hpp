#pragma once

namespace longpolld {

/// Exit codes of the program, as in sysexits.h where that has one.
inline constexpr int exit_ok = 0;
inline constexpr int exit_too_few = 1;       ///< the time was over before --count events came
inline constexpr int exit_unwell = 1;        ///< --health: the server is not there or not well
inline constexpr int exit_gap = 3;           ///< something was no longer kept, and --strict was given
inline constexpr int exit_usage = 64;        ///< an argument of a client command is wrong
inline constexpr int exit_refused = 65;      ///< the server refused it, or the input is not JSON
inline constexpr int exit_unavailable = 69;  ///< no server, or an address or a journal that cannot be used
inline constexpr int exit_output = 74;       ///< what came, or the journal, could not be written
inline constexpr int exit_config = 78;       ///< an option of the server is wrong

}  // namespace longpolld
