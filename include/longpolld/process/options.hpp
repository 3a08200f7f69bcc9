#pragma once

#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/process/command_line.hpp"
#include "longpolld/thread/io/tls_context.hpp"
#include "longpolld/words/config.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longpolld {

/// What the command line asks for.
struct options {
  config value;
  std::shared_ptr<const access_rules> access;  ///< never null where there is nothing to exit for
  std::shared_ptr<const tls_context> tls;      ///< of tls_listen's addresses; null where there are none
  std::optional<int> exit;                     ///< done already, with this code
  bool health = false;  ///< ask the server of this configuration for its health, and exit
};

/// Reads flags, environment and file. Prints what was asked for or what is wrong, and says to exit then.
[[nodiscard]] options read_options(int argc, const char* const* argv);

/// What the same flags, and environment and file as they are now, say.
struct reread_options {
  config value;
  std::shared_ptr<const access_rules> access;
  std::shared_ptr<const tls_context> tls;
  std::vector<std::string> problems;  ///< nothing of it is to be used if there are any
};

/// Precondition: read_options() took these arguments and had nothing to exit for.
[[nodiscard]] reread_options read_options_again(int argc, const char* const* argv);

/// What an option does, then its default and why.
[[nodiscard]] std::string help_of(const option& one);

/// What --help says of the server.
[[nodiscard]] usage serve_usage();

/// Asks `GET /healthz` of the first address; an exit code. Where all addresses want certificates of clients
/// (tls_client_ca), a handshake has to do.
[[nodiscard]] int ask_health(const config& of);

}  // namespace longpolld
