#pragma once

#include "longpolld/http/access/hook.hpp"
#include "longpolld/words/log.hpp"

#include "support/catch.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace longpolld::test {

using namespace std::chrono_literals;
using kind = hook_verdict::kind;

inline hook_question about(std::vector<std::string> categories, const std::string& cookie = "sid=1",
                           const std::string& client = "203.0.113.9", right action = right::subscribe) {
  return {action, std::move(categories), {{"Cookie", cookie}}, client};
}

/// What a waiter was told, and whether it still waits.
struct hearing {
  std::vector<kind> what;
  bool is_awaited = true;
};

struct listener_of : hook_waiter {
  explicit listener_of(hearing& to) : to_(to) {}
  bool is_awaited() const override { return to_.is_awaited; }
  void told(const hook_verdict& what) override { to_.what.push_back(what.what); }
  hearing& to_;
};

/// Keeps lines of the log instead of having them written.
class kept_lines : public log::line_sink {
 public:
  kept_lines() {
    log::least = log::level::info;
    log::install(this);
  }
  ~kept_lines() {
    log::install(nullptr);
    log::least = before_;
  }
  void take(std::string_view line) noexcept override { text += line; }
  [[nodiscard]] std::size_t count(const std::string& what) const {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }
  std::string text;

 private:
  const log::level before_ = log::least;
};

/// A hook whose questions the test answers.
struct answered_hook {
  hook_settings settings = [] {
    hook_settings of;
    of.url = *http_url::parse("http://127.0.0.1:3000/auth?key=url-secret");
    return of;
  }();
  std::deque<hearing> listening;  // outlives who tells it
  std::vector<std::shared_ptr<hook_inquiry>> asked;
  std::unique_ptr<hook> one;
  steady_time now{100h};
  int unauthorized = 0;
  hook::tallies counted;
  kept_lines lines;

  void make() {
    one = std::make_unique<hook>(
        settings, [this](auto what) { asked.push_back(std::move(what)); },
        [this](const hook_question&, steady_time) { ++unauthorized; }, counted);
  }
  answered_hook() { make(); }

  hearing& listen() { return listening.emplace_back(); }
  void ask(hearing& by, const hook_question& what = about({"a"})) {
    one->ask(what, std::make_unique<listener_of>(by), now);
  }
  void answer(const hook_answer& what) {
    const auto first = asked.front();
    asked.erase(asked.begin());
    first->answer(what, now);
  }
  void answer(kind what, std::optional<std::chrono::seconds> keep = {}) {
    answer({{what}, keep, "a reason"});
  }
  [[nodiscard]] bool knows(const hook_question& what = about({"a"})) {
    return one->known(what, now) != nullptr;
  }
};

}  // namespace longpolld::test
