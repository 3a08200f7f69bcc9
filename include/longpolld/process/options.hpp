#pragma once

#include "longpolld/words/config.hpp"

#include <optional>
#include <string>

namespace longpolld {

/// Exit codes of sysexits.h and of the shell.
inline constexpr int exit_ok = 0;
inline constexpr int exit_unavailable = 69;  ///< an address or a socket handed over cannot be listened on
inline constexpr int exit_config = 78;       ///< an option is wrong

/// What the command line asks for.
struct options {
  config value;
  std::optional<int> exit;  ///< done already, with this code
  bool health = false;      ///< ask the server of this configuration for its health, and exit
};

/// Reads flags, environment and file. Prints what was asked for or what is wrong, and says to exit then.
[[nodiscard]] options read_options(int argc, const char* const* argv);

/// Asks `GET /healthz` of the first address; an exit code.
[[nodiscard]] int ask_health(const config& of);

}  // namespace longpolld
