#pragma once

#include "longpolld/process/http_call.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace longpolld {

/// What the client commands have in common.
struct client_options {
  server_url server;
  std::string url = "http://127.0.0.1:8080";
  double patience_seconds = 0;  ///< how long to ask again when there is no answer; negative: for ever

  void add_to(CLI::App& app);
  /// An exit code when there is nothing more to do: help was asked for, or an argument is wrong.
  [[nodiscard]] std::optional<int> parse(CLI::App& app, int argc, const char* const* argv);
};

/// Waits between attempts: a random part of up to half a second, which doubles up to 30 seconds, or what the
/// server asks for.
class retry_deadline {
 public:
  explicit retry_deadline(const client_options& of) : patience_seconds_(of.patience_seconds) { restart(); }

  /// There was an answer.
  void restart();
  /// Sleeps and is true, or is false at once when the patience would be over.
  [[nodiscard]] bool wait(int retry_after_seconds);

 private:
  double patience_seconds_;
  std::chrono::steady_clock::time_point began_;
  unsigned failures_ = 0;
};

/// Why an answer is of no use, in a sentence.
[[nodiscard]] std::string explain(const http_answer& of);

}  // namespace longpolld
