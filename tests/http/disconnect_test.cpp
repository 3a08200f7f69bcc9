#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <filesystem>
#include <sys/resource.h>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::string poll_text() { return request_text("GET", "/events?category=a&timeout=100"); }

}  // namespace

TEST_CASE("a subscriber that closes, resets or half-closes while parked is gone at once", "[http]") {
  test_server server;
  for (int way = 0; way < 3; ++way) {
    client waits(server.port());
    waits.send(poll_text());
    REQUIRE(server.parks(1));
    if (way == 0) waits.close();
    if (way == 1) waits.reset();
    if (way == 2) waits.shutdown_sending();
    CHECK(server.parks(0));
    CHECK(eventually([&] { return server->open_connections() == 0; }));
  }
}

TEST_CASE("a subscriber that leaves is disconnected at once, however much it sent behind its poll",
          "[http]") {
  test_server server;
  std::string behind;
  for (int i = 0; i < 2'000; ++i) behind += request_text("GET", "/healthz");
  for (const bool at_once : {false, true}) {
    client waits(server.port());
    waits.send(poll_text() + behind);
    if (!at_once) REQUIRE(server.parks(1));
    waits.shutdown_sending();
    CHECK(eventually([&] { return server->open_connections() == 0; }));
    CHECK(server.parks(0));
  }
}

TEST_CASE("nothing is kept for clients that are gone", "[http]") {
  test_server server;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<client>> waits;
    for (int i = 0; i < 500; ++i) {
      waits.push_back(std::make_unique<client>(server.port()));
      waits.back()->send(request_text("GET", "/events?category=c" + std::to_string(i) + "&timeout=100"));
    }
    REQUIRE(server.parks(500));
    for (auto& one : waits) one->reset();
    CHECK(server.parks(0));
    CHECK(eventually([&] { return server->open_connections() == 0; }));
    CHECK(server->log().count().categories == 0);
  }
}

TEST_CASE("a disconnect while the event is published loses nothing", "[http]") {
  auto of = test_config();
  of.max_requests_per_connection = 0;
  test_server server(of);
  client publisher(server.port());
  std::string seen = publisher.publish("a", "0");
  for (int round = 1; round <= 1000; ++round) {
    auto waits = std::make_unique<client>(server.port());
    waits->send(request_text("GET", "/events?category=a&timeout=100&cursor=" + seen));
    std::thread leaves([&] { round % 2 == 0 ? waits->reset() : waits->close(); });
    const auto id = publisher.publish("a", std::to_string(round));
    leaves.join();
    client again(server.port());
    const auto answer = again.get("/events?category=a&cursor=" + seen);
    REQUIRE(answer);
    REQUIRE(answer->json().at("events").as_array().size() == 1);
    REQUIRE(answer->json().at("events").at(0).at("id").as_string() == id);
    seen = id;
  }
  CHECK(server.parks(0));
}

TEST_CASE("a retried poll gets identical bytes", "[http]") {
  test_server server;
  client one(server.port());
  one.publish("a", "1");
  one.publish("a", "2");
  const auto target = "/events?category=a&since_time=0";
  CHECK(one.get(target)->body == one.get(target)->body);
}

TEST_CASE("ten thousand parked polls that are reset at once leave nothing behind", "[http]") {
  auto of = test_config();
  of.threads = 1;
  test_server server(of);
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const auto before = descriptors();
  // Both ends are in this process.
  const std::size_t polls = std::min<std::size_t>(10'000, (limit.rlim_cur - 300) / 2);
  std::vector<std::unique_ptr<client>> waits;
  for (std::size_t i = 0; i < polls; ++i) {
    waits.push_back(std::make_unique<client>(server.port()));
    waits.back()->send(request_text("GET", "/events?timeout=100&category=c" + std::to_string(i % 100)));
  }
  REQUIRE(server.parks(polls));
  for (auto& one : waits) one->reset();
  CHECK(server.parks(0));
  CHECK(eventually([&] { return server->open_connections() == 0; }));
  CHECK(eventually([&] { return descriptors() <= before + 2; }));
  CHECK(server->log().count().categories == 0);
}
