#include "longpolld/parts/wire.hpp"
#include "longpolld/parts/wire_read.hpp"
#include "longpolld/process/client/client_options.hpp"
#include "longpolld/process/client/commands.hpp"
#include "longpolld/process/client/http_call.hpp"
#include "longpolld/process/exit_codes.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <poll.h>
#include <random>
#include <unistd.h>

namespace longpolld {
namespace {

constexpr std::chrono::seconds answer_within{30};
constexpr std::size_t batch_bytes_max = 128UL << 10;

struct publish_options : client_options {
  std::string category;
  std::string data = "-";
  std::size_t batch = 100;
  bool is_text = false;
  bool is_json = false;
  CLI::App app{"Publishes one event, or one per line of standard input, and prints their ids.",
               "longpolld publish"};

  publish_options() {
    add_to(app, "Do not print the ids.");
    app.add_option("CATEGORY", category, "The category to publish to.")->required();
    app.add_option("DATA", data,
                   "The event's data: JSON, or else text, which is published as a JSON string. - or nothing: "
                   "one event per line of standard input.");
    auto* text = app.add_flag("--text", is_text, "Publish the data as text, even if it is JSON.");
    app.add_flag("--json", is_json, "Refuse data that is not JSON, with exit code 65.")->excludes(text);
    app.add_option("--batch", batch, "Most lines to send in one request. Default 100.")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->type_name("N");
  }
};

// With a key a repeat publishes nothing twice, as long as the server knows it: 300 s unless it was told
// otherwise.
constexpr std::chrono::seconds key_is_known{240};

/// A proxy's, too, that has given up while the server goes on.
bool is_passing_fault(int status) { return status == 500 || (status >= 502 && status <= 504); }

bool may_have_stored(const http_answer& answer) {
  if (answer.status == 0) return answer.was_sent;
  if (answer.status == 503) return answer.body.find(R"("maybe_stored":true)") != std::string::npos;
  return is_passing_fault(answer.status);
}

std::string new_key() {
  std::random_device random;
  std::string key;
  for (int i = 0; i < 4; ++i) {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", random());
    key += digits;
  }
  return key;
}

/// Lines of standard input, as many as are there: it waits for the first only.
class line_reader {
 public:
  /// Empty at the end of the input.
  std::vector<std::string> next(std::size_t most) {
    std::vector<std::string> lines;
    for (std::size_t bytes = 0; lines.size() < most && bytes < batch_bytes_max;) {
      const auto end = pending_.find('\n', at_);
      if (end != std::string::npos) {
        lines.push_back(pending_.substr(at_, end - at_));
        at_ = end + 1;
        bytes += lines.back().size();
      } else if (is_over_) {
        if (at_ < pending_.size()) lines.push_back(std::exchange(pending_, {}).substr(at_));
        at_ = std::min(at_, pending_.size());
        break;
      } else if (!lines.empty() && !is_ready()) {
        break;
      } else {
        read();
      }
    }
    return lines;
  }

 private:
  static bool is_ready() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, 0) > 0;
  }

  void read() {
    pending_.erase(0, std::exchange(at_, 0));
    char bytes[65536];
    const auto got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (got > 0) pending_.append(bytes, static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) is_over_ = true;
  }

  std::string pending_;
  std::size_t at_ = 0;
  bool is_over_ = false;
};

class publisher {
 public:
  explicit publisher(const publish_options& of)
      : of_(of), deadline_(of), head_("{\"category\":" + wire::quoted(of.category) + ",\"data\":") {}

  /// An exit code when it must end.
  std::optional<int> add(std::string_view data, const std::string& where) {
    std::string text(data);
    if (text.ends_with('\r')) text.pop_back();
    const auto fault = of_.is_text ? std::nullopt : wire::json_fault(text);
    if (fault && of_.is_json) {
      const auto code = send();
      std::cerr << "longpolld publish: " << where << " is not JSON: " << *fault
                << "; without --json it is published as text\n";
      return code.value_or(exit_refused);
    }
    if (fault || of_.is_text) text = wire::quoted(text);
    batch_ += (batch_.empty() ? "" : ",") + head_ + text + '}';
    ++count_;
    return std::nullopt;
  }

  /// Publishes what was added. An exit code when it must end.
  std::optional<int> send() {
    if (batch_.empty()) return std::nullopt;
    const std::string body = '[' + std::exchange(batch_, {}) + ']';
    const auto count = std::exchange(count_, 0);
    const http_field key{"Idempotency-Key", new_key()};
    const auto known_until = std::chrono::steady_clock::now() + key_is_known;
    bool may_be_stored = false;  // by an earlier try
    for (deadline_.restart();;) {
      const auto answer = of_.call("/publish", body, answer_within, &key);
      if (answer.status == 200) return print(answer);
      may_be_stored = may_be_stored || may_have_stored(answer);
      const bool is_passing = answer.status == 0 || answer.status == 429 || is_passing_fault(answer.status);
      const bool is_safe = !may_be_stored || std::chrono::steady_clock::now() < known_until;
      if (is_passing && is_safe && deadline_.wait(answer.retry_after_seconds)) continue;
      std::cerr << "longpolld publish: " << count << (count == 1 ? " event" : " events")
                << " not published: " << explain(answer)
                << (may_be_stored ? "; it is unknown whether the server has stored them\n" : "\n");
      return answer.status >= 400 && answer.status < 500 && answer.status != 429 ? exit_refused
                                                                                 : exit_unavailable;
    }
  }

 private:
  [[nodiscard]] std::optional<int> print(const http_answer& answer) const {
    const auto ids = wire::read_published(answer.body);
    if (!ids) {
      std::cerr << "longpolld publish: " << explain(answer) << '\n';
      return exit_unavailable;
    }
    if (of_.is_quiet) return std::nullopt;
    for (const auto& id : *ids) std::cout << for_output(id) << '\n';
    std::cout.flush();
    if (!std::cout) return exit_output;
    return std::nullopt;
  }

  const publish_options& of_;
  retry_deadline deadline_;
  std::string head_;
  std::string batch_;
  std::size_t count_ = 0;
};

}  // namespace

usage publish_usage() { return usage_of(publish_options().app); }

int publish_command(int argc, const char* const* argv) {
  publish_options of;
  if (const auto code = of.parse(of.app, argc, argv)) return *code;
  publisher out(of);
  if (of.data != "-") {
    const auto code = out.add(of.data, "the data");
    return (code ? code : out.send()).value_or(exit_ok);
  }
  line_reader lines;
  std::size_t number = 0;
  for (auto some = lines.next(of.batch); !some.empty(); some = lines.next(of.batch)) {
    for (const auto& line : some) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string::npos && !of.is_text) continue;
      if (const auto code = out.add(line, "line " + std::to_string(number))) return *code;
    }
    if (const auto code = out.send()) return *code;
  }
  return exit_ok;
}

}  // namespace longpolld
