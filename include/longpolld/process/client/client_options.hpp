#pragma once

#include "longpolld/process/client/client_credentials.hpp"
#include "longpolld/process/client/http_call.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// What the client commands have in common.
struct client_options {
  server_url server;
  std::string url = "http://127.0.0.1:8080";
  double patience_seconds = 0;  ///< how long to ask again when there is no answer; negative: for ever
  /// Of a reply's body. Far above what a server gives unless its own max_reply_bytes was raised.
  std::size_t max_reply_bytes = 64UL << 20;
  bool is_quiet = false;

  /// Adds the common flags; `quiet` is the help of --quiet.
  void add_to(CLI::App& app, const std::string& quiet);
  /// An exit code when there is nothing more to do: help was asked for, or an argument is wrong.
  [[nodiscard]] std::optional<int> parse(CLI::App& app, int argc, const char* const* argv);
  /// Calls the server within these options.
  [[nodiscard]] http_answer call(const std::string& target, const std::string& body,
                                 std::chrono::steady_clock::duration patience,
                                 const http_field* also = nullptr) const;

 private:
  std::string ca_;
  bool is_insecure_ = false;
  std::vector<std::string> headers_;
  client_credentials credentials_;
  std::vector<http_field> fields_;
};

/// Checks an argument: a finite number of seconds, or of the time unit behind it.
[[nodiscard]] CLI::Validator is_seconds();
/// Checks an argument: a number of bytes, or of the unit behind it.
[[nodiscard]] CLI::Validator is_size();

/// Waits between attempts: a random part of up to half a second, which doubles up to 30 seconds, and what the
/// server asks for. No wait is longer than `most`.
class retry_deadline {
 public:
  using seconds = std::chrono::duration<double>;

  explicit retry_deadline(const client_options& of) : patience_seconds_(of.patience_seconds) { restart(); }

  /// There was an answer.
  void restart();
  /// Sleeps and is true, or is false at once when the patience would be over.
  [[nodiscard]] bool wait(int retry_after_seconds, seconds most = seconds::max());
  /// Sleeps as after a first failure, whatever the patience.
  void rest(seconds most);

 private:
  double patience_seconds_;
  std::chrono::steady_clock::time_point began_;
  unsigned failures_ = 0;
};

/// Why an answer is of no use, in a sentence, fit for a terminal.
[[nodiscard]] std::string explain(const http_answer& of);
/// What a server said, fit for a message on a terminal: escaped, and cut where it is long.
[[nodiscard]] std::string readable(std::string_view text);
/// What a server sent, for standard output: escaped when that is a terminal, else as it came.
[[nodiscard]] std::string for_output(std::string_view text);

}  // namespace longpolld
