#include "support/catch.hpp"
#include "support/node.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

// Replicas of Redis, and Sentinels who know which server takes writes.

TEST_CASE("with redis_wait_replicas a publish is answered once so many replicas have it", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis(redis_server::in_memory);
  auto of = node_of(redis);
  of.redis_wait_replicas = 1;
  of.redis_timeout_seconds = 1;
  node a(of);
  REQUIRE(a.becomes(200));
  const auto alone = a.publish("farm", "1");
  CHECK(alone.status == 503);
  CHECK(alone.body.find("\"maybe_stored\":true") != std::string::npos);
  const redis_server replica(redis_server::in_memory);
  replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(redis.port())});
  REQUIRE(a.publishes("farm", "2"));
  CHECK(replica.ask({"XLEN", "longpolld{log}:c:farm"}).number >= 2);
}

TEST_CASE("publishes that Redis answers together all wait for its replicas, and none for another",
          "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis(redis_server::in_memory), replica(redis_server::in_memory);
  replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(redis.port())});
  auto of = node_of(redis);
  of.redis_wait_replicas = 1;
  node a(of);
  REQUIRE(a.becomes(200));
  REQUIRE(eventually([&] { return a.publishes("farm", "0"); }));
  std::atomic<int> well{0};
  std::vector<std::thread> publishing;
  for (int p = 0; p < 12; ++p) {
    publishing.emplace_back([&] {
      client by(a.server().port());
      for (int i = 0; i < 40; ++i) well += by.publish("farm", "1").empty() ? 0 : 1;
    });
  }
  for (auto& one : publishing) one.join();
  CHECK(well == 480);
}

TEST_CASE("a node asks a replica for nothing, and waits until it takes writes", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis(redis_server::in_memory), replica(redis_server::in_memory);
  replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(redis.port())});
  node a(node_of(replica));
  REQUIRE(eventually([&] { return replica.calls_of("role") > 1; }));
  CHECK(a.status("/readyz") == 503);
  CHECK(a.poll("farm", "").status == 503);
  CHECK(replica.calls_of("eval") == 0);
  replica.ask({"REPLICAOF", "NO", "ONE"});
  REQUIRE(a.becomes(200));
  CHECK(a.publish("farm", "1").status == 200);
}

TEST_CASE("Sentinels tell where Redis is, and where it is after it has moved", "[http][plain]") {
  if (!redis_server::is_there()) return;
  redis_server first(redis_server::in_memory);
  const redis_server second(redis_server::in_memory);
  const auto file =
      std::filesystem::temp_directory_path() / ("longpolld-sentinel-" + std::to_string(first.port()));
  std::ofstream(file) << "sentinel monitor mine 127.0.0.1 " << first.port() << " 1\n";
  const redis_server sentinel({file.string(), "--sentinel"});
  auto of = node_of(first);
  // The first is away, or knows no such server.
  const auto other = GENERATE(false, true) ? std::to_string(second.port()) : "1";
  of.redis_url =
      "redis+sentinel://127.0.0.1:" + other + ",127.0.0.1:" + std::to_string(sentinel.port()) + "/mine";
  node a(of);
  REQUIRE(a.becomes(200));
  CHECK(a.publish("farm", "1").status == 200);
  CHECK(first.ask({"XLEN", "longpolld{log}:c:farm"}).number == 1);
  const auto cursor = node::cursor_of(a.poll("farm", "&since_time=0"));
  sentinel.ask({"SENTINEL", "REMOVE", "mine"});
  sentinel.ask({"SENTINEL", "MONITOR", "mine", "127.0.0.1", std::to_string(second.port()), "1"});
  first.kill();
  REQUIRE(a.publishes("farm", "2"));
  CHECK(second.ask({"XLEN", "longpolld{log}:c:farm"}).number == 1);
  const auto got = a.poll("farm", "&cursor=" + cursor);
  CHECK(node::data_of(got) == std::vector<std::string>{"2"});
  CHECK(node::has_gap(got));
  std::filesystem::remove(file);
}

TEST_CASE("when Sentinels let a replica take over, a node goes on there by itself", "[http][plain]") {
  if (!redis_server::is_there()) return;
  redis_server first(redis_server::in_memory);
  const redis_server second({"--appendonly", "no", "--replicaof", "127.0.0.1", std::to_string(first.port())});
  const auto file =
      std::filesystem::temp_directory_path() / ("longpolld-failover-" + std::to_string(first.port()));
  std::ofstream(file) << "sentinel monitor mine 127.0.0.1 " << first.port() << " 1\n"
                      << "sentinel down-after-milliseconds mine 500\nsentinel failover-timeout mine 2000\n";
  const redis_server sentinel({file.string(), "--sentinel"});
  auto of = node_of(first);
  of.redis_timeout_seconds = 1;
  of.redis_wait_replicas = 1;
  of.redis_url = "redis+sentinel://127.0.0.1:" + std::to_string(sentinel.port()) + "/mine";
  node a(of);
  REQUIRE(a.becomes(200));
  REQUIRE(a.publishes("farm", "1"));
  const auto before = a.poll("farm", "&since_time=0");
  // It knows the replica, and that this one may take over.
  REQUIRE(eventually([&] { return sentinel.ask({"SENTINEL", "REPLICAS", "mine"}).elements.size() == 1; }));
  waiting_poll waits(a, "farm", "&cursor=" + node::cursor_of(before));
  REQUIRE(a.server().parks(1));
  first.kill();
  REQUIRE(eventually([&] { return second.ask({"ROLE"}).elements.at(0).text == "master"; }));
  REQUIRE(eventually([&] { return a.status("/readyz") == 200; }));
  // No replica is left that could have it.
  CHECK(a.publish("farm", "2").body.find("\"maybe_stored\":true") != std::string::npos);
  const auto got = waits.reply();
  CHECK(node::data_of(got) == std::vector<std::string>{"2"});
  CHECK_FALSE(node::has_gap(got));
  std::filesystem::remove(file);
}
