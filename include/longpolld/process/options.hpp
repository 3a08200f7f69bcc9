#pragma once

#include "longpolld/process/command_line.hpp"
#include "longpolld/words/config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace longpolld {

/// What the command line asks for.
struct options {
  config value;
  std::optional<int> exit;  ///< done already, with this code
  bool health = false;      ///< ask the server of this configuration for its health, and exit
};

/// Reads flags, environment and file. Prints what was asked for or what is wrong, and says to exit then.
[[nodiscard]] options read_options(int argc, const char* const* argv);

/// What an option does, then its default and why.
[[nodiscard]] std::string help_of(const setting& one);

/// The flags of the server.
[[nodiscard]] std::vector<flag> serve_flags();

/// Asks `GET /healthz` of the first address; an exit code.
[[nodiscard]] int ask_health(const config& of);

}  // namespace longpolld
