#include "longpolld/parts/wire_read.hpp"
#include "longpolld/process/client/client_options.hpp"
#include "longpolld/process/client/commands.hpp"
#include "longpolld/process/client/event_line.hpp"
#include "longpolld/process/client/since.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

namespace longpolld {
namespace {

struct tail_options : client_options {
  std::vector<std::string> categories;
  std::string cursor;
  std::string since = "now";
  std::uint64_t count = 0;
  double seconds = 0;
  double timeout = 30;
  bool is_strict = false;
  bool is_data = false;
  CLI::App app{
      "Prints events as they are published: on a terminal time, category and data, else one JSON object "
      "per line.",
      "longpolld tail"};

  tail_options() {
    patience_seconds = -1;
    add_to(app, "Print events only, no notes about gaps, warnings and a server that is away.");
    app.add_option("CATEGORY", categories, "The categories to follow, up to 32.")->required();
    app.add_option(
           "--since", since,
           "Begin with events after a time: 10m (ago; also with ms, s, h), all (that is kept), now, unix "
           "milliseconds, or 2026-01-31T12:00:00Z (RFC 3339). Default now.")
        ->type_name("TIME");
    app.add_flag("--data", is_data, "Print only the data of each event.");
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
    if (std::exchange(is_away_, false)) note("the server is back");
    if (!reply.warning.empty()) note("warning: " + readable(reply.warning));
    if (!reply.gap.empty()) note("gap: events are no longer kept, in " + readable(reply.gap));
    if (!reply.gap.empty() && of_.is_strict) return exit_gap;
    for (const auto& event : reply.events) {
      const auto line = event_line(event, form_);
      const bool is_raw = form_ == event_form::json || form_ == event_form::data;
      std::cout << (is_raw ? for_output(line) : line) << '\n';
      if (++printed_ == of_.count) break;
    }
    std::cout.flush();
    if (!std::cout) return exit_output;
    cursor_ = reply.cursor;
    if (of_.count != 0 && printed_ == of_.count) return exit_ok;
    return std::nullopt;
  }

  void note(const std::string& what) const {
    if (!of_.is_quiet) std::cerr << "longpolld tail: " << what << '\n';
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
      const auto when = asked > 0 ? " in " + std::to_string(asked) + " s" : std::string();
      note(why + (left() > seconds(0) ? "; trying again" + when : std::string()));
    }
    if (deadline_.wait(asked, std::max(left(), seconds(0)))) return std::nullopt;
    std::cerr << "longpolld tail: gave up: " << why << '\n';
    return exit_unavailable;
  }

  const tail_options& of_;
  event_form form_ = of_.is_data ? event_form::data : usual_form();
  retry_deadline deadline_;
  std::string cursor_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::uint64_t printed_ = 0;
  bool is_away_ = false;
};

}  // namespace

usage tail_usage() { return usage_of(tail_options().app); }

int tail_command(int argc, const char* const* argv) {
  tail_options of;
  if (const auto code = of.parse(of.app, argc, argv)) return *code;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto since = read_since(of.since, now);
  if (!since) {
    std::cerr << "longpolld tail: --since: " << utf8::escaped(since.error().text) << '\n';
    return exit_usage;
  }
  of.since = std::move(*since);
  if (of.timeout < 1 || of.timeout > 86'400) {
    std::cerr << "longpolld tail: --timeout: allowed is from 1s to 24h\n";
    return exit_usage;
  }
  return follower(of).run();
}

}  // namespace longpolld
