#include "longpolld/process/client/client_options.hpp"

#include "longpolld/parts/wire_read.hpp"
#include "longpolld/process/client/commands.hpp"
#include "longpolld/process/options.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <thread>
#include <unistd.h>

namespace longpolld {
namespace {

/// Up to half a second, which doubles with each failure up to 30 seconds.
retry_deadline::seconds random_part(unsigned failures) {
  static std::mt19937 random{std::random_device{}()};
  const double most = std::min(30.0, 0.5 * static_cast<double>(1U << std::min(failures, 6U)));
  return retry_deadline::seconds(std::uniform_real_distribution<>(0, most)(random));
}

}  // namespace

void client_options::add_to(CLI::App& app) {
  app.set_help_flag("-h,--help", "this text");
  app.add_option("--url", url, "where the server is [" + url + "]")
      ->envname("LONGPOLLD_URL")
      ->type_name("URL");
  app.add_option("--patience", patience_seconds,
                 patience_seconds < 0 ? "give up after so many seconds without an answer [never]"
                                      : "ask again for so many seconds while the server cannot take it [0]")
      ->check(is_seconds())
      ->type_name("SECONDS");
  app.add_option("--max-reply-bytes", max_reply_bytes,
                 "refuse replies with more bytes than this [" + std::to_string(max_reply_bytes) + ']')
      ->type_name("BYTES");
}

http_answer client_options::call(const std::string& target, const std::string& body,
                                 std::chrono::steady_clock::duration patience) const {
  auto answer = http_call(server, target, body, patience, max_reply_bytes);
  if (answer.is_too_large) answer.problem += " (--max-reply-bytes)";
  return answer;
}

CLI::Validator is_seconds() {
  constexpr double seconds_max = 1e9;
  const auto check = [](const std::string& text) -> std::string {
    double seconds = 0;
    if (CLI::detail::lexical_cast(text, seconds) && std::abs(seconds) <= seconds_max) return {};
    return text + " is not a number of seconds";
  };
  return {check, ""};
}

std::optional<int> client_options::parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return exit_ok;
  } catch (const CLI::ParseError& bad) {
    std::cerr << app.get_name() << ": " << utf8::escaped(bad.what()) << '\n';
    return exit_usage;
  }
  auto read = server_url::parse(url);
  if (!read) {
    std::cerr << app.get_name() << ": --url: " << utf8::escaped(read.error().text) << '\n';
    return exit_usage;
  }
  server = std::move(*read);
  return std::nullopt;
}

void retry_deadline::restart() {
  began_ = std::chrono::steady_clock::now();
  failures_ = 0;
}

bool retry_deadline::wait(int retry_after_seconds, seconds most) {
  const auto pause = std::min(random_part(failures_++) + seconds(retry_after_seconds), most);
  const seconds waited = std::chrono::steady_clock::now() - began_;
  if (patience_seconds_ >= 0 && (waited + pause).count() > patience_seconds_) return false;
  std::this_thread::sleep_for(pause);
  return true;
}

void retry_deadline::rest(seconds most) { std::this_thread::sleep_for(std::min(random_part(0), most)); }

std::string explain(const http_answer& of) {
  if (of.status == 0) return "no answer: " + of.problem;
  if (of.status == 200) return "the answer is not one of longpolld";
  const auto status = "status " + std::to_string(of.status);
  const auto why = wire::read_error(of.body);
  return why ? readable(*why) + " (" + status + ')' : status;
}

std::string readable(std::string_view text) {
  constexpr std::size_t bytes_max = 1'000;
  const auto head = utf8::head(text, bytes_max);
  return utf8::escaped(head) + (head.size() < text.size() ? "…" : "");
}

std::string for_output(std::string_view text) {
  static const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  return is_terminal ? utf8::escaped(text) : std::string(text);
}

}  // namespace longpolld
