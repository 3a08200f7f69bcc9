#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <atomic>
#include <memory>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::string all_of(const std::string& category) {
  return "/events?timeout=1&since_time=0&category=" + category;
}

bool has_events(const std::optional<received>& answer) {
  return answer->json().as_object().contains("events");
}
bool has_gap(const std::optional<received>& answer) { return answer->json().as_object().contains("gap"); }

}  // namespace

TEST_CASE("events go after their time to live, and cursors before them get a gap", "[http]") {
  for (const int threads : {1, 2, 8}) {
    auto of = test_config();
    of.threads = threads;
    of.event_time_to_live_seconds = 1;
    test_server server(of);
    client one(server.port());
    const auto first = one.publish("a", "1");
    const auto last = one.publish("a", "2");
    CHECK(has_events(one.get("/events?category=a&timeout=1&cursor=" + first)));
    CHECK(eventually([&] { return !has_events(one.get(all_of("a"))); }));
    CHECK(has_gap(one.get("/events?category=a&timeout=1&cursor=" + first)));
    CHECK_FALSE(has_gap(one.get("/events?category=a&timeout=1&cursor=" + last)));
    CHECK(eventually([&] { return server->log().count().buffer_bytes == 0; }));
  }
}

TEST_CASE("an event that is deleted after its first retrieval goes to one later subscriber only", "[http]") {
  for (const int threads : {1, 2, 8}) {
    auto of = test_config();
    of.threads = threads;
    of.delete_event_after_first_retrieval = true;
    test_server server(of);
    client publisher(server.port());
    publisher.publish("a", "1");
    publisher.publish("a", "2");
    int got = 0;
    for (int i = 0; i < 4; ++i) {
      client one(server.port());
      got += has_events(one.get(all_of("a"))) ? 1 : 0;
    }
    CHECK(got == 1);
    CHECK(eventually([&] { return server->log().count().buffer_bytes == 0; }));
  }
}

TEST_CASE("an event that is deleted after its first retrieval reaches all that wait for it", "[http]") {
  for (const int threads : {1, 2, 8}) {
    auto of = test_config();
    of.threads = threads;
    of.delete_event_after_first_retrieval = true;
    test_server server(of);
    std::vector<std::unique_ptr<client>> waits;
    for (int i = 0; i < 16; ++i) {
      waits.push_back(std::make_unique<client>(server.port()));
      waits.back()->send(request_text("GET", "/events?category=a&timeout=100"));
    }
    REQUIRE(server.parks(16));
    client publisher(server.port());
    publisher.publish("a", "1");
    for (auto& one : waits) CHECK(has_events(one->receive()));
    client late(server.port());
    CHECK_FALSE(has_events(late.get(all_of("a"))));
  }
}

TEST_CASE("a HEAD retrieves nothing", "[http]") {
  auto of = test_config();
  of.delete_event_after_first_retrieval = true;
  test_server server(of);
  client one(server.port());
  one.publish("a", "1");
  one.send(request_text("HEAD", all_of("a")));
  REQUIRE(one.receive(false));
  CHECK(has_events(one.get(all_of("a"))));
}

TEST_CASE("a HEAD on several categories neither parks nor takes while others publish to them", "[http]") {
  for (const bool deletes : {false, true}) {
    auto of = test_config();
    of.threads = 2;
    of.delete_event_after_first_retrieval = deletes;
    of.max_requests_per_connection = 0;
    test_server server(of);
    std::atomic<bool> stopped{false};
    std::thread publisher([&] {
      client one(server.port());
      while (!stopped) one.publish("b", "1");
    });
    client asks(server.port());
    for (int i = 0; i < 3'000; ++i) {
      asks.send(request_text("HEAD", "/events?category=a&category=b&timeout=60"));
      const auto answer = asks.receive(false);
      REQUIRE(answer);
      REQUIRE(answer->status == 200);
    }
    stopped = true;
    publisher.join();
    CHECK(server.parks(0));
    CHECK(has_events(asks.get(all_of("b"))));
  }
}

TEST_CASE("polls on categories that nobody publishes to leave nothing behind", "[http]") {
  test_server server;
  client one(server.port());
  for (int i = 0; i < 20; ++i) {
    one.send(request_text("GET", "/events?category=c" + std::to_string(i) + "&timeout=1"));
  }
  for (int i = 0; i < 2; ++i) REQUIRE(one.receive());
  one.close();
  CHECK(server.parks(0));
  CHECK(server->log().count().categories == 0);
}

TEST_CASE("a cursor from before a restart gets all that is kept, and a gap", "[http]") {
  std::string cursor;
  {
    test_server before;
    client one(before.port());
    cursor = one.publish("a", "1");
  }
  test_server after;
  client one(after.port());
  const auto quiet = one.get("/events?category=a&timeout=1&cursor=" + cursor);
  CHECK(has_gap(quiet));
  one.publish("a", "2");
  const auto answer = one.get("/events?category=a&timeout=1&cursor=" + cursor);
  CHECK(has_events(answer));
  CHECK(has_gap(answer));
  const std::string next(quiet->json().at("cursor").as_string());
  const auto clean = one.get("/events?category=a&timeout=1&cursor=" + next);
  CHECK(has_events(clean));
  CHECK_FALSE(has_gap(clean));
}
