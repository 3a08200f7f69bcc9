#include "support/by_hand.hpp"
#include "support/catch.hpp"
#include "support/cutting_proxy.hpp"
#include "support/node.hpp"

#include <chrono>
#include <csignal>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

// What becomes of Redis, and what nodes make of it. During all of it a node lives, and polls stay parked;
// afterwards all is there that was acknowledged, or a gap says that it is not.

namespace {

config patient_node(const redis_server& redis) {
  auto of = node_of(redis);
  of.redis_timeout_seconds = 1;
  return of;
}

bool says(const received& from, const char* text) { return from.body.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("a Redis that crashes and comes back with its file costs nothing that was acknowledged",
          "[http][plain]") {
  if (!redis_server::is_there()) return;
  redis_server redis;
  node a(patient_node(redis)), b(patient_node(redis));
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  REQUIRE(a.publish("farm", "1").status == 200);
  REQUIRE(a.kept("farm") == std::vector<std::string>{"1"});
  const auto cursor = node::cursor_of(b.poll("farm", "&since_time=0"));
  waiting_poll waits(b, "farm", "&cursor=" + cursor);
  REQUIRE(b.server().parks(1));
  redis.kill();
  REQUIRE(a.becomes(503));
  REQUIRE(b.becomes(503));
  CHECK(a.status("/healthz") == 200);
  const auto refused = a.publish("farm", "0");
  CHECK(refused.status == 503);
  CHECK(says(refused, "\"maybe_stored\":false"));
  CHECK(a.kept("farm") == std::vector<std::string>{"1"});  // what it has it serves
  CHECK(waits.is_parked());
  redis.start();
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  REQUIRE(a.publish("farm", "2").status == 200);
  const auto got = waits.reply();
  CHECK(node::data_of(got) == std::vector<std::string>{"2"});
  CHECK_FALSE(node::has_gap(got));
  CHECK(b.kept("farm") == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a Redis that comes back empty is a gap for everybody, and ids go on growing", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const bool is_flushed = GENERATE(true, false);
  redis_server redis(redis_server::in_memory);
  node a(patient_node(redis)), b(patient_node(redis));
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  const auto before = a.publish("farm", "1");
  REQUIRE(before.status == 200);
  REQUIRE(b.kept("farm") == std::vector<std::string>{"1"});
  const auto cursor = node::cursor_of(b.poll("farm", "&since_time=0"));
  waiting_poll waits(b, "farm", "&cursor=" + cursor);
  waiting_poll on_another(a, "sea");
  REQUIRE(a.server().parks(1));
  REQUIRE(b.server().parks(1));
  if (is_flushed) {
    redis.ask({"FLUSHALL"});
  } else {
    redis.kill();
    REQUIRE(a.becomes(503));
    REQUIRE(b.becomes(503));
    redis.start();
  }
  REQUIRE(a.publishes("farm", "2"));
  const auto got = waits.reply();
  CHECK(node::data_of(got) == std::vector<std::string>{"2"});
  CHECK(node::has_gap(got));
  CHECK(got.json().at("events").at(0).at("id").as_string() > before.json().at("id").as_string());
  CHECK(on_another.is_parked());
  for (auto* at : {&a, &b}) {
    REQUIRE(at->becomes(200));
    const auto old = at->poll("farm", "&cursor=" + cursor);
    CHECK(node::data_of(old) == std::vector<std::string>{"2"});
    CHECK(node::has_gap(old));
  }
  REQUIRE(b.publishes("sea", "3"));
  CHECK(node::data_of(on_another.reply()) == std::vector<std::string>{"3"});
}

TEST_CASE("a Redis that stands still costs a publish its time only, and a retry does no harm",
          "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(patient_node(redis)), b(patient_node(redis));
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  REQUIRE(a.publish("farm", "1").status == 200);
  REQUIRE(a.kept("farm") == std::vector<std::string>{"1"});
  waiting_poll waits(b, "farm");
  REQUIRE(b.server().parks(1));
  redis.signal(SIGSTOP);
  const auto begun = std::chrono::steady_clock::now();
  const auto unknown = a.publish("farm", "2", "key");
  CHECK(unknown.status == 503);
  CHECK(says(unknown, "\"maybe_stored\":true"));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
  CHECK(a.status("/healthz") == 200);
  REQUIRE(a.becomes(503));
  CHECK(a.kept("farm") == std::vector<std::string>{"1"});
  CHECK(waits.is_parked());
  // LONGPOLLD_STANDSTILL: how many seconds more it stands still.
  std::this_thread::sleep_for(std::chrono::seconds(by_hand("LONGPOLLD_STANDSTILL", 0)));
  CHECK(waits.is_parked());
  const auto not_stored = a.publish("farm", "3");
  CHECK(not_stored.status == 503);
  CHECK(says(not_stored, "\"maybe_stored\":false"));
  redis.signal(SIGCONT);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  CHECK(node::data_of(waits.reply()) == std::vector<std::string>{"2"});
  CHECK(b.publish("farm", "2", "key").status == 200);
  CHECK(a.kept("farm") == std::vector<std::string>{"1", "2"});
  CHECK(b.kept("farm") == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a replica that takes over without the last events is noticed, and told as a gap",
          "[http][plain]") {
  if (!redis_server::is_there()) return;
  const bool goes_on_alone = GENERATE(false, true);
  redis_server old(redis_server::in_memory), replica(redis_server::in_memory);
  cutting_proxy between(old.port());
  auto of = patient_node(old);
  of.redis_url = between.url();
  node a(of);
  auto straight = patient_node(replica);
  REQUIRE(a.becomes(200));
  REQUIRE(a.publish("farm", "1").status == 200);
  replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(old.port())});
  REQUIRE(eventually([&] { return replica.ask({"XLEN", "longpolld{log}:log"}).number == 1; }));
  replica.ask({"REPLICAOF", "NO", "ONE"});
  REQUIRE(a.publish("farm", "\"lost\"").status == 200);
  const auto cursor = node::cursor_of(a.poll("farm", "&since_time=0"));
  waiting_poll waits(a, "farm", "&cursor=" + cursor);
  REQUIRE(a.server().parks(1));
  if (goes_on_alone) {  // so that the numbers are no sign of it
    node b(straight);
    REQUIRE(b.becomes(200));
    for (int i = 0; i < 3; ++i) REQUIRE(b.publish("farm", "\"other\"").status == 200);
  }
  between.lead_to(replica.port());
  REQUIRE(a.publishes("farm", "2"));
  const auto got = waits.reply();
  CHECK(node::data_of(got) == std::vector<std::string>{"2"});
  CHECK(node::has_gap(got));
  node b(straight);
  REQUIRE(b.becomes(200));
  const auto rest = b.poll("farm", "&cursor=" + cursor);
  CHECK(node::data_of(rest) == std::vector<std::string>{"2"});
  CHECK(node::has_gap(rest));
}

TEST_CASE("connections that end at any place cost no event", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  cutting_proxy between(redis.port());
  auto of = patient_node(redis);
  of.redis_url = between.url();
  node a(of), b(patient_node(redis));
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  waiting_poll waits(a, "farm");
  REQUIRE(a.server().parks(1));
  between.cut_in("cut-here");  // in the log
  REQUIRE(b.publish("farm", "\"cut-here\"").status == 200);
  CHECK(node::data_of(waits.reply()) == std::vector<std::string>{"\"cut-here\""});
  CHECK(between.cuts() == 1);
  REQUIRE(a.becomes(200));
  const auto cursor = node::cursor_of(a.poll("farm", "&since_time=0"));
  between.cut_in("*3\r\n:0\r\n");  // in the answer to a publish
  const auto unknown = a.publish("farm", "1", "key");
  CHECK(unknown.status == 503);
  CHECK(says(unknown, "\"maybe_stored\":true"));
  CHECK(between.cuts() == 2);
  REQUIRE(eventually([&] { return a.publish("farm", "1", "key").status == 200; }));
  redis.ask({"CLIENT", "KILL", "TYPE", "normal"});
  REQUIRE(a.publishes("farm", "2"));
  between.add("+what nobody has asked\r\n");
  REQUIRE(eventually([&] { return a.publish("farm", "3", "key-3").status == 200; }));
  for (auto* at : {&a, &b}) {
    const auto got = at->poll("farm", "&cursor=" + cursor);
    CHECK(node::data_of(got) == std::vector<std::string>{"1", "2", "3"});
    CHECK_FALSE(node::has_gap(got));
  }
}
