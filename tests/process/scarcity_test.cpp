#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <fstream>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

using namespace longpolld::test;

namespace {

using clients = std::vector<std::unique_ptr<client>>;

std::size_t lines_with(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

clients connect(std::uint16_t port, std::size_t count) {
  clients made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(std::make_unique<client>(port));
  return made;
}

bool serves(std::uint16_t port) {
  client one(port);
  const auto answer = one.get("/healthz");
  return answer && answer->status == 200;
}

/// Looks at a server that is short of something for some seconds: it idles and logs no more than once a
/// second.
void check_calm(process& server, const std::string& line) {
  constexpr std::chrono::seconds look(3);
  const auto cpu = server.cpu();
  const auto lines = lines_with(server.output(), line);
  std::this_thread::sleep_for(look);  // what is measured is a span of time
  CHECK((server.cpu() - cpu) / look < 0.1);
  CHECK(lines_with(server.output(), line) - lines <= 4);
  CHECK_FALSE(server.wait(std::chrono::milliseconds(0)));
}

/// It serves again within a second.
void check_recovers(std::uint16_t port) {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(eventually([&] { return serves(port); }));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(1500));
}

}  // namespace

TEST_CASE("with few descriptors max_connections is lowered, and the warning names both", "[process]") {
  const auto [threads, lowered] = GENERATE(std::pair{"1", "37"}, std::pair{"2", "32"}, std::pair{"8", "2"});
  process server({"--listen", "127.0.0.1:0", "--threads", threads}, {}, {}, {{RLIMIT_NOFILE, 64}});
  const auto port = server.port();
  REQUIRE(server.says("fewer descriptors than max_connections"));
  CHECK(server.says(std::string("descriptors=64 max_connections=65536 lowered_to=") + lowered));
  auto many = connect(port, 200);
  check_calm(server, "limit reached");
  CHECK(server.output().find("limit reached limit=max_connections") != std::string::npos);
  CHECK(server.descriptors() <= 64);
  many.clear();
  check_recovers(port);
}

#ifndef LONGPOLLD_SANITIZED  // the sanitizers need descriptors and address space of their own
TEST_CASE("when descriptors run out while it runs the server backs off and recovers", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "1"});
  const auto port = server.port();
  auto before = connect(port, 5);
  for (auto& one : before) REQUIRE(one->get("/healthz"));
  const rlimit few{server.descriptors() + 3, server.descriptors() + 3};
  REQUIRE(::prlimit(server.id(), RLIMIT_NOFILE, &few, nullptr) == 0);
  auto many = connect(port, 100);
  REQUIRE(server.says("cannot accept connections"));
  check_calm(server, "cannot accept connections");
  for (auto& one : before) CHECK(one->get("/healthz")->status == 200);
  const auto turned_away = many.back()->receive_all();
  CHECK((turned_away.empty() || turned_away.starts_with("HTTP/1.1 503 ")));
  many.clear();
  check_recovers(port);
}

TEST_CASE("without memory requests get 503, and what is parked and stored stays", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "1", "--max-buffer-bytes", "1073741824",
                  "--max-event-buffer-size", "1000000", "--max-requests-per-connection", "0",
                  "--cors-allow-origins", "*"});
  const auto port = server.port();
  client waits(port), publisher(port);
  REQUIRE_FALSE(publisher.publish("before", "1").empty());
  waits.send(request_text("GET", "/events?category=later&timeout=100"));
  const auto statm = [&] {
    std::size_t pages = 0;
    std::ifstream("/proc/" + std::to_string(server.id()) + "/statm") >> pages;
    return pages * static_cast<std::size_t>(::getpagesize());
  };
  const auto limit_to = [&](std::size_t bytes) {
    const rlimit limit{bytes, RLIM_INFINITY};
    REQUIRE(::prlimit(server.id(), RLIMIT_AS, &limit, nullptr) == 0);
  };
  limit_to(statm() + (8U << 20U));
  const std::string data = '"' + std::string(60'000, 'x') + '"';
  std::vector<std::string> stored;
  int refused = 0;
  for (int i = 0; i < 2'000 && refused < 20; ++i) {
    client one(port);
    const auto answer =
        one.post("/publish", R"({"category":"filled","data":)" + data + "}", "Origin: https://a.example\r\n");
    if (answer) CHECK(answer->field("Access-Control-Allow-Origin") == "*");
    if (answer && answer->status == 200) {
      stored.emplace_back(answer->json().at("id").as_string());
    } else {
      ++refused;
      if (answer) CHECK(answer->status == 503);
      if (answer) CHECK(answer->field("Retry-After") == "1");
    }
  }
  CHECK(refused == 20);
  REQUIRE(stored.size() > 10);
  limit_to(RLIM_INFINITY);
  check_recovers(port);
  client reads(port);
  std::vector<std::string> kept;
  std::string cursor;
  for (std::size_t size = 1; size > 0;) {
    const auto answer = reads.get("/events?timeout=1&category=filled&since_time=0&cursor=" + cursor)->json();
    const auto* events = answer.as_object().if_contains("events");
    size = events ? events->as_array().size() : 0;
    for (std::size_t i = 0; i < size; ++i) kept.emplace_back(events->at(i).at("id").as_string());
    cursor = answer.at("cursor").as_string();
  }
  // An event whose 200 did not come may be there or not; whatever had its 200 is, in order.
  auto at = kept.begin();
  for (const auto& id : stored) {
    at = std::find(at, kept.end(), id);
    REQUIRE(at != kept.end());
  }
  CHECK(reads.get("/events?category=before&since_time=0")->json().at("events").as_array().size() == 1);
  REQUIRE_FALSE(reads.publish("later", "1").empty());
  CHECK(waits.receive()->status == 200);
}
#endif
