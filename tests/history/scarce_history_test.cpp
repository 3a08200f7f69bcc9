#include "longpolld/parts/position.hpp"

#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr int names_in_all = 80;
constexpr int often_named = 5;

std::string name_of(std::uint64_t number) { return "k" + std::to_string(number); }

std::optional<event_id> read_id(std::string_view text) {
  const auto bits = parse_uuid(text);
  return bits ? decode(*bits) : std::nullopt;
}

/// A subscriber to several categories by one cursor. Ordinals count, so it knows of each event whether it is
/// the next: it must be, unless the reply says gap.
class follower {
 public:
  follower(std::uint16_t port, unsigned seed) : port_(port), random_(seed) {
    const std::size_t count = 1U << (random_() % 3);
    while (at_.size() < count)
      at_.emplace(name_of(random_() % (seed % 2 == 0 ? names_in_all : 10)), event_id{});
  }

  void run(const std::atomic<bool>& stopped) {
    while (!stopped) {
      if (!connection_) connection_ = std::make_unique<client>(port_);
      connection_->send(request_text("GET", target()));
      const auto answer = random_() % 20 == 0 ? std::nullopt : connection_->receive();
      if (!answer || answer->field("Connection") == "close") connection_.reset();
      if (answer) take(answer->json().as_object());
      if (random_() % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 300));
    }
  }

  [[nodiscard]] const std::vector<std::string>& breaches() const { return breaches_; }
  std::size_t events = 0, gaps = 0;

 private:
  [[nodiscard]] std::string target() const {
    std::string text = "/events?timeout=1";
    for (const auto& [name, place] : at_) text += "&category=" + name;
    return cursor_.empty() ? text : text + "&cursor=" + cursor_;
  }

  void breach(const std::string& what, const std::string& name, const event_id& place) {
    breaches_.push_back(what + " of " + name + " at " + to_text(place));
  }

  void take(const boost::json::object& reply) {
    std::map<std::string, bool> may_skip;
    if (const auto* told = reply.if_contains("gap")) {
      for (const auto& name : told->as_array()) may_skip[std::string(name.as_string())] = true;
      gaps += told->as_array().size();
    }
    const bool begun = !cursor_.empty();
    if (const auto* found = reply.if_contains("events")) {
      for (const auto& one : found->as_array()) next(one.as_object(), may_skip, begun);
    }
    cursor_ = reply.at("cursor").as_string();
    std::string_view rest = cursor_;
    for (auto& [name, place] : at_) {
      const auto now = read_id(rest.substr(0, rest.find(',')));
      rest.remove_prefix(std::min(rest.size(), rest.find(',') + 1));
      if (!now) return breach("no cursor", name, place);
      const bool skips = now->epoch != place.epoch || now->at.ordinal != place.at.ordinal;
      if (begun && skips && !may_skip[name]) breach("the cursor leaves the events", name, *now);
      place = *now;
    }
    if (reply.contains("timeout")) promised_ = reply.at("timestamp").as_int64();
  }

  void next(const boost::json::object& one, std::map<std::string, bool>& may_skip, bool begun) {
    ++events;
    const std::string name(one.at("category").as_string());
    const auto id = read_id(std::string_view(one.at("id").as_string()));
    const auto known = at_.find(name);
    if (!id || known == at_.end()) return breach("not asked for", name, id.value_or(event_id{}));
    auto& place = known->second;
    const bool is_next = id->epoch == place.epoch && id->at.ordinal == place.at.ordinal + 1;
    if (begun && !is_next && !may_skip[name]) breach("skipped or doubled in silence", name, *id);
    if (begun && id->at.ms <= promised_) breach("came after a promise that covers it", name, *id);
    may_skip[name] = !begun;
    place = *id;
  }

  const std::uint16_t port_;
  std::mt19937 random_;
  std::unique_ptr<client> connection_;
  std::string cursor_;
  std::int64_t promised_ = 0;
  std::map<std::string, event_id> at_;  // in the order they are asked for
  std::vector<std::string> breaches_;
};

void publish(std::uint16_t port, unsigned seed, const std::atomic<bool>& stopped) {
  std::mt19937 random(seed);
  client one(port);
  while (!stopped) {
    std::string body;
    for (auto count = random() % 4 == 0 ? 20U : 1U; count > 0; --count) {
      const auto name = name_of(random() % (random() % 2 == 0 ? often_named : names_in_all));
      const std::string data(random() % 4 == 0 ? 2'000 : 10, 'x');
      body += (body.empty() ? "[" : ",") + (R"({"category":")" + name) + R"(","data":")" + data + "\"}";
    }
    const auto answer = one.post("/publish", body + "]");
    if (!answer || (answer->status != 200 && answer->status != 503))
      throw std::runtime_error("not published");
  }
}

/// Looks without waiting, which must neither park, nor take, nor disturb anybody.
void look(std::uint16_t port, unsigned seed, const std::atomic<bool>& stopped) {
  std::mt19937 random(seed);
  client one(port);
  while (!stopped) {
    std::string target = "/events?timeout=60&since_time=0";
    const auto first = random() % names_in_all;
    for (unsigned i = 0; i < 1 + seed % 4; ++i) target += "&category=" + name_of((first + i) % names_in_all);
    one.send(request_text("HEAD", target));
    const auto answer = one.receive(false);
    if (!answer || answer->status != 200) throw std::runtime_error("a HEAD was not answered");
  }
}

void check(const config& of) {
  test_server server(of);
  std::atomic<bool> stopped{false};
  std::vector<std::unique_ptr<follower>> followers;
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 12; ++seed) {
    followers.push_back(std::make_unique<follower>(server.port(), seed));
    threads.emplace_back([&, one = followers.back().get()] { one->run(stopped); });
  }
  for (unsigned seed = 0; seed < 3; ++seed) {
    threads.emplace_back([&, seed] { publish(server.port(), seed, stopped); });
  }
  for (unsigned seed = 0; seed < 2; ++seed) {
    threads.emplace_back([&, seed] { look(server.port(), seed * 3, stopped); });
  }
  std::this_thread::sleep_for(std::chrono::seconds(3));  // what is run is a span of time
  stopped = true;
  for (auto& one : threads) one.join();
  std::size_t events = 0, gaps = 0;
  for (const auto& one : followers) {
    for (const auto& breach : one->breaches()) UNSCOPED_INFO(breach);
    CHECK(one->breaches().empty());
    events += one->events;
    gaps += one->gaps;
  }
  CHECK(events > 1'000);
  CHECK(gaps > 0);
}

config little_room(int threads) {
  auto of = test_config();
  of.threads = threads;
  of.max_requests_per_connection = 0;
  return of;
}

}  // namespace

TEST_CASE("whatever is forgotten, every skip is told, on one, two and eight threads", "[history]") {
  auto of = little_room(GENERATE(1, 2, 8));
  of.max_categories = 40;
  of.max_event_buffer_size = 8;
  check(of);
}

TEST_CASE("whatever is dropped or expires, every skip is told, on one, two and eight threads", "[history]") {
  auto of = little_room(GENERATE(1, 2, 8));
  of.max_buffer_bytes = 65'536;
  of.max_event_bytes = 4'096;
  of.event_time_to_live_seconds = 1;
  check(of);
}

TEST_CASE("however small replies are, every skip is told, on one, two and eight threads", "[history]") {
  auto of = little_room(GENERATE(1, 2, 8));
  of.max_events_per_reply = 3;
  of.max_reply_bytes = 65'536;
  check(of);
}
