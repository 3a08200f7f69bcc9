#include "longpolld/parts/wire_read.hpp"
#include "longpolld/process/client/client_options.hpp"
#include "longpolld/process/client/commands.hpp"
#include "longpolld/process/exit_codes.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

namespace longpolld {
namespace {

struct tail_options : client_options {
  std::vector<std::string> categories;
  std::string cursor;
  std::string since;
  std::uint64_t count = 0;
  double seconds = 0;
  double timeout = 30;
  bool is_strict = false;
  CLI::App app{"Prints events as they are published, one JSON object per line.", "longpolld tail"};

  tail_options() {
    patience_seconds = -1;
    add_to(app);
    app.add_option("CATEGORY", categories, "The categories to follow, up to 32.")->required();
    app.add_option("--since", since,
                   "Begin with events after this many milliseconds since 1970; 0: all that is kept.")
        ->type_name("TIME");
    app.add_option("--cursor", cursor, "Go on after the cursor of an earlier reply to the same categories.")
        ->type_name("CURSOR");
    app.add_option("-n,--count", count, "Stop after N events; 0: never stop. Default 0.")->type_name("N");
    app.add_option("--for", seconds,
                   "Stop after this long, with exit code 1 if --count events did not come. Default: never.")
        ->transform(is_seconds())
        ->type_name("SECONDS");
    app.add_option("--timeout", timeout, "How long each poll waits at the server. Default 30s.")
        ->transform(is_seconds())
        ->type_name("SECONDS");
    app.add_flag("--strict", is_strict, "Stop with exit code 3 if something is no longer kept.");
  }
};

// How much longer than --for it may take: the server's own answer comes up to a second after that, since a
// poll's timeout is of whole seconds.
constexpr std::chrono::milliseconds answer_grace{1500};
// Of a poll without events. Before that the server answers without need, and is asked more slowly.
constexpr std::chrono::milliseconds early{500};

class follower {
 public:
  explicit follower(const tail_options& of) : of_(of), deadline_(of), cursor_(of.cursor) {}

  int run() {
    for (;;) {
      if (left() <= seconds(0)) return of_.count == 0 ? exit_ok : exit_too_few;
      const double most = std::min(std::ceil(of_.timeout), std::ceil(left().count()));
      const int timeout = cursor_.empty() ? 1 : static_cast<int>(most);
      const auto patience = std::min<seconds>(std::chrono::seconds(timeout + 10), left() + answer_grace);
      const auto asked = std::chrono::steady_clock::now();
      const auto answer =
          of_.call(target(timeout), {}, std::chrono::duration_cast<std::chrono::milliseconds>(patience));
      const auto reply = answer.status == 200 ? wire::read_poll(answer.body) : std::nullopt;
      const bool is_idle = reply && (reply->events.empty() || reply->cursor == cursor_);
      if (const auto code = reply ? take(*reply) : fail(answer)) return *code;
      if (is_idle && std::chrono::steady_clock::now() - asked < early) deadline_.rest(left());
    }
  }

 private:
  using seconds = retry_deadline::seconds;

  /// Of the time that --for gives; a long time without it.
  [[nodiscard]] seconds left() const {
    if (of_.seconds <= 0) return std::chrono::hours(48);
    return seconds(of_.seconds) - (std::chrono::steady_clock::now() - began_);
  }

  [[nodiscard]] std::string target(int timeout) const {
    std::string made = "/events?timeout=" + std::to_string(timeout);
    for (const auto& name : of_.categories) made += "&category=" + percent_encoded(name);
    if (!cursor_.empty()) return made + "&cursor=" + percent_encoded(cursor_);
    return of_.since.empty() ? made : made + "&since_time=" + percent_encoded(of_.since);
  }

  std::optional<int> take(const wire::poll_reply& reply) {
    deadline_.restart();
    if (std::exchange(is_away_, false)) std::cerr << "longpolld tail: the server is back\n";
    if (!reply.warning.empty()) std::cerr << "longpolld tail: warning: " << readable(reply.warning) << '\n';
    if (!reply.gap.empty())
      std::cerr << "longpolld tail: gap: no longer kept, in " << readable(reply.gap) << '\n';
    if (!reply.gap.empty() && of_.is_strict) return exit_gap;
    for (auto line : reply.events) {
      std::replace_if(
          line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
      std::cout << for_output(line) << '\n';
      if (++printed_ == of_.count) break;
    }
    std::cout.flush();
    if (!std::cout) return exit_output;
    cursor_ = reply.cursor;
    if (of_.count != 0 && printed_ == of_.count) return exit_ok;
    return std::nullopt;
  }

  std::optional<int> fail(const http_answer& answer) {
    const auto why = explain(answer);
    const bool is_final = answer.status >= 400 && answer.status < 500 && answer.status != 408 &&
                          answer.status != 425 && answer.status != 429;
    if (is_final) {
      std::cerr << "longpolld tail: " << why << '\n';
      return exit_refused;
    }
    const auto asked = answer.retry_after_seconds;
    if (!std::exchange(is_away_, true)) {
      std::cerr << "longpolld tail: " << why << (left() > seconds(0) ? "; trying again" : "")
                << (asked > 0 ? " in " + std::to_string(asked) + " s\n" : "\n");
    }
    if (deadline_.wait(asked, std::max(left(), seconds(0)))) return std::nullopt;
    std::cerr << "longpolld tail: gave up: " << why << '\n';
    return exit_unavailable;
  }

  const tail_options& of_;
  retry_deadline deadline_;
  std::string cursor_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::uint64_t printed_ = 0;
  bool is_away_ = false;
};

}  // namespace

std::vector<flag> tail_flags() { return flags_of(tail_options().app); }

int tail_command(int argc, const char* const* argv) {
  tail_options of;
  if (const auto code = of.parse(of.app, argc, argv)) return *code;
  if (of.timeout < 1 || of.timeout > 86'400) {
    std::cerr << "longpolld tail: --timeout: allowed is from 1s to 24h\n";
    return exit_usage;
  }
  return follower(of).run();
}

}  // namespace longpolld
