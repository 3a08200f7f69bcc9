#include "longpolld/process/client_options.hpp"

#include "longpolld/parts/wire_read.hpp"
#include "longpolld/process/commands.hpp"
#include "longpolld/process/options.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <iostream>
#include <random>
#include <thread>

namespace longpolld {

void client_options::add_to(CLI::App& app) {
  app.set_help_flag("-h,--help", "this text");
  app.add_option("--url", url, "where the server is [" + url + "]")
      ->envname("LONGPOLLD_URL")
      ->type_name("URL");
  app.add_option("--patience", patience_seconds,
                 patience_seconds < 0 ? "give up after so many seconds without an answer [never]"
                                      : "ask again for so many seconds while the server cannot take it [0]")
      ->type_name("SECONDS");
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

bool retry_deadline::wait(int retry_after_seconds) {
  static std::mt19937 random{std::random_device{}()};
  const double most = std::min(30.0, 0.5 * static_cast<double>(1U << std::min(failures_++, 6U)));
  const std::chrono::duration<double> pause(std::uniform_real_distribution<>(0, most)(random) +
                                            retry_after_seconds);
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - began_;
  if (patience_seconds_ >= 0 && (waited + pause).count() > patience_seconds_) return false;
  std::this_thread::sleep_for(pause);
  return true;
}

std::string explain(const http_answer& of) {
  if (of.status == 0) return "no answer: " + of.problem;
  if (of.status == 200) return "the answer is not one of longpolld";
  const auto status = "status " + std::to_string(of.status);
  const auto why = wire::read_error(of.body);
  return why ? *why + " (" + status + ')' : status;
}

}  // namespace longpolld
