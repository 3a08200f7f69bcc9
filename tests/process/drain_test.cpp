#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

using namespace longpolld::test;

namespace {

const std::string event = R"({"category":"a","data":1})";

/// Publishes over kept connections, as fast as it can, until nobody listens any more.
struct publisher {
  int answered = 0;
  int unanswered = 0;

  void run(std::uint16_t port) {
    using clock = std::chrono::steady_clock;
    try {
      for (;;) {
        client one(port);
        auto ready = clock::now();
        for (bool kept = true; kept; ready = clock::now()) {
          const bool is_sent = one.send(request_text("POST", "/publish", "", event));
          // A server that stops keeps an idle connection for 0.6 s: who was itself held up for as long is
          // late.
          const bool is_late = clock::now() - ready > std::chrono::milliseconds(500);
          const auto answer = is_sent ? one.receive() : std::nullopt;
          const bool is_well = answer && answer->status == 200;
          if (is_well || !is_late) ++(is_well ? answered : unanswered);
          kept = answer && answer->field("Connection") != "close";
        }
      }
    } catch (const std::exception&) {  // refused: nothing was sent
    }
  }
};

bool is_refused(std::uint16_t port) {
  try {
    const client one(port);
    return false;
  } catch (const std::exception&) {
    return true;
  }
}

}  // namespace

TEST_CASE("for drain_delay_seconds after SIGTERM readyz is 503 and all else goes on", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "2", "--drain-delay-seconds", "2"});
  const auto port = server.port();
  client waits(port), stays(port), kept(port);
  waits.send(request_text("GET", "/events?category=a&timeout=100"));
  stays.send(request_text("GET", "/events?category=b&timeout=100"));
  REQUIRE(kept.get("/readyz")->status == 200);
  const auto begin = std::chrono::steady_clock::now();
  server.signal(SIGTERM);
  REQUIRE(server.says("stopping"));
  CHECK(kept.get("/readyz")->status == 503);
  client fresh(port);
  const auto published = fresh.post("/publish", event);
  REQUIRE(published);
  CHECK(published->status == 200);
  CHECK(published->field("Connection") == "close");
  CHECK(fresh.receive_all().empty());
  const auto woken = waits.receive();
  REQUIRE(woken);
  CHECK(woken->json().as_object().contains("events"));
  CHECK(woken->field("Connection") == "close");
  waits.close();
  client parks(port);
  parks.send(request_text("GET", "/events?category=b&timeout=100"));
  CHECK_FALSE(parks.readable(std::chrono::milliseconds(100)));
  for (auto* one : {&stays, &parks}) {
    const auto ended = one->receive();
    REQUIRE(ended);
    CHECK(ended->json().as_object().contains("timeout"));
    one->close();
  }
  CHECK(server.wait().value_or(-1) == 0);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK((took.count() > 2.0 && took.count() < 4.0));
  CHECK(server.output().find("cut off") == std::string::npos);
}

TEST_CASE("SIGTERM leaves no request of twenty busy publishers without an answer", "[process]") {
  process server(
      {"--listen", "127.0.0.1:0", "--drain-delay-seconds", "1", "--max-requests-per-connection", "0"});
  const auto port = server.port();
  std::vector<publisher> all(20);
  std::vector<std::thread> threads;
  for (auto& one : all) threads.emplace_back([&] { one.run(port); });
  client sees(port);
  REQUIRE(eventually([&] {
    const auto reply = sees.get("/events?category=a&since_time=0&timeout=1");
    return reply && reply->json().as_object().contains("events");
  }));
  server.signal(SIGTERM);
  CHECK(server.wait().value_or(-1) == 0);
  int unanswered = 0;
  for (auto& one : threads) one.join();
  for (const auto& one : all) {
    unanswered += one.unanswered;
    CHECK(one.answered > 0);
  }
  CHECK(unanswered == 0);
}

TEST_CASE("SIGINT leaves no request of busy publishers without an answer either", "[process]") {
  for (int round = 0; round < 5; ++round) {
    process server({"--listen", "127.0.0.1:0", "--threads", "2", "--max-requests-per-connection", "0"});
    const auto port = server.port();
    std::vector<publisher> all(20);
    std::vector<std::thread> threads;
    for (auto& one : all) threads.emplace_back([&] { one.run(port); });
    client sees(port);
    REQUIRE(eventually([&] {
      const auto reply = sees.get("/events?category=a&since_time=0&timeout=1");
      return reply && reply->json().as_object().contains("events");
    }));
    server.signal(SIGINT);
    CHECK(server.wait().value_or(-1) == 0);
    for (auto& one : threads) one.join();
    for (const auto& one : all) CHECK(one.unanswered == 0);
  }
}

TEST_CASE(
    "an idle connection may send another request when serving ends, and delays the end by less than a second",
    "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "2"});
  client sends(server.port()), idles(server.port());
  REQUIRE(sends.get("/healthz")->status == 200);
  REQUIRE(idles.get("/healthz")->status == 200);
  const auto begin = std::chrono::steady_clock::now();
  server.signal(SIGINT);
  REQUIRE(server.says("stopping"));
  const auto answer = sends.post("/publish", event);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->field("Connection") == "close");
  sends.close();
  CHECK(idles.receive_all().empty());
  CHECK(server.wait().value_or(-1) == 0);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1));
}

TEST_CASE("a request that is in the socket when serving ends is answered", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "2", "--drain-delay-seconds", "0"});
  const auto port = server.port();
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(std::make_unique<client>(port));
    REQUIRE(all.back()->post("/publish", event)->status == 200);
  }
  server.signal(SIGSTOP);
  client waits_to_be_accepted(port);
  waits_to_be_accepted.send(request_text("POST", "/publish", "", event));
  server.signal(SIGTERM);
  for (auto& one : all) one->send(request_text("POST", "/publish", "", event));
  server.signal(SIGCONT);
  all.push_back(nullptr);
  for (auto& one : all) {
    const auto answer = (one ? *one : waits_to_be_accepted).receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
  }
  CHECK(server.wait().value_or(-1) == 0);
}

TEST_CASE("SIGINT does not wait, and a second signal ends the delay at once", "[process]") {
  for (const bool twice : {false, true}) {
    process server({"--listen", "127.0.0.1:0", "--drain-delay-seconds", "60"});
    client waits(server.port()), other(server.port());
    waits.send(request_text("GET", "/events?category=a&timeout=100"));
    REQUIRE(other.get("/healthz"));
    if (twice) server.signal(SIGTERM);
    if (twice) REQUIRE(server.says("stopping"));
    server.signal(twice ? SIGTERM : SIGINT);
    CHECK(server.wait(std::chrono::seconds(5)).value_or(-1) == 0);
    CHECK(server.says(twice ? "connections cut off connections=2" : "stopped"));
    CHECK(waits.receive().has_value() == !twice);
  }
}

TEST_CASE("drain_timeout_seconds begins when the delay is over", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--drain-delay-seconds", "2", "--drain-timeout-seconds", "1"});
  client waits(server.port());
  waits.send(request_text("GET", "/events?category=a&timeout=100"));
  server.signal(SIGTERM);
  const auto answer = waits.receive();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  waits.close();
  CHECK(server.wait().value_or(-1) == 0);
  CHECK(server.output().find("cut off") == std::string::npos);
}

TEST_CASE("a reply that was under way when serving ended is the last that the end waits for", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--drain-delay-seconds", "0"});
  client by(server.port());
  const std::string data = '"' + std::string(60'000, 'x') + '"';
  for (int i = 0; i < 16; ++i) REQUIRE_FALSE(by.publish("a", data).empty());
  client slow(server.port());
  slow.send(request_text("GET", "/events?category=a&since_time=0"));
  REQUIRE(slow.readable(std::chrono::seconds(10)));
  server.signal(SIGTERM);
  REQUIRE(server.says("stopping"));
  REQUIRE(eventually([&] { return is_refused(server.port()); }));
  const auto all = slow.receive();
  REQUIRE(all);
  CHECK(all->json().at("events").as_array().size() == 16);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(server.wait().value_or(-1) == 0);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));  // drain_timeout_seconds is 10
  CHECK(server.output().find("cut off") == std::string::npos);
}
