#pragma once

#include "longpolld/process/client/http_call.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace longpolld {

/// Who the client commands say they are: a name and password, or a token; from a flag, else from the
/// environment, which the list of processes does not show.
class client_credentials {
 public:
  /// Adds --user, --token and --token-file.
  void add_to(CLI::App& app);
  /// Decides what to send. `is_in_header`: --header says it already. Returns what is wrong, for the user:
  /// more than one says it, or it cannot be sent.
  [[nodiscard]] std::optional<std::string> settle(bool is_in_header);
  /// The field for the next request, or nothing. A file is read anew each time, so that its token may be
  /// renewed; the error says why it cannot be.
  [[nodiscard]] outcome<std::optional<http_field>> field() const;

 private:
  enum class form : std::uint8_t { none, header, user, token, token_file };

  std::string user_, token_, token_file_;
  CLI::Option* user_flag_ = nullptr;
  CLI::Option* token_flag_ = nullptr;
  CLI::Option* token_file_flag_ = nullptr;
  form form_ = form::none;
  std::string text_;  ///< the name and password, the token, or the file's name
};

}  // namespace longpolld
