#include "support/catch.hpp"
#include "support/test_server.hpp"

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
    CHECK(eventually([&] { return server->connections() == 0; }));
  }
}

TEST_CASE("nothing is kept for those that are gone", "[http]") {
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
    CHECK(eventually([&] { return server->connections() == 0; }));
    CHECK(server->log().count().categories == 0);
  }
}

TEST_CASE("a disconnect while the event is published loses nothing", "[http]") {
  test_server server;
  client publisher(server.port());
  std::string seen = publisher.publish("a", "0");
  for (int round = 1; round <= 300; ++round) {
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

TEST_CASE("a slow reader is cut off after the write timeout and loses nothing", "[http]") {
  auto of = test_config();
  of.write_timeout_seconds = 1;
  of.max_reply_bytes = 32 << 20;
  of.max_event_bytes = 1 << 19;
  test_server server(of);
  client publisher(server.port());
  for (int i = 0; i < 60; ++i) publisher.publish("a", '"' + std::string(500'000, 'x') + '"');
  client slow(server.port());
  slow.send(request_text("GET", "/events?category=a&since_time=0"));
  CHECK(eventually([&] { return server->connections() == 1; }));
  client again(server.port());
  const auto answer = again.get("/events?category=a&since_time=0");
  REQUIRE(answer);
  CHECK(answer->json().at("events").as_array().size() == 60);
}
