#include "longpolld/parts/wire_read.hpp"
#include "longpolld/process/client/client_options.hpp"
#include "longpolld/process/client/commands.hpp"
#include "longpolld/process/options.hpp"

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
  int timeout = 30;
  bool is_strict = false;
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
      const double most = std::min<double>(of_.timeout, std::ceil(left().count()));
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

int tail_command(int argc, const char* const* argv) {
  tail_options of;
  of.patience_seconds = -1;
  CLI::App app{"Prints events as they come, one JSON object a line.", "longpolld tail"};
  of.add_to(app);
  app.add_option("CATEGORY", of.categories, "what to follow, up to 32")->required();
  app.add_option("--since", of.since,
                 "begin with events after this many milliseconds since 1970; 0: all that is kept");
  app.add_option("--cursor", of.cursor, "go on after the cursor of an earlier reply to the same categories");
  app.add_option("--count", of.count, "end after so many events; 0: never [0]");
  app.add_option("--for", of.seconds,
                 "end after so many seconds; exit code 1 if --count events did not come [never]")
      ->check(is_seconds());
  app.add_option("--timeout", of.timeout, "seconds one poll waits [30]")->check(CLI::Range(1, 86400));
  app.add_flag("--strict", of.is_strict, "end with exit code 3 when something is no longer kept");
  if (const auto code = of.parse(app, argc, argv)) return *code;
  return follower(of).run();
}

}  // namespace longpolld
