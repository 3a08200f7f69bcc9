#include "support/catch.hpp"
#include "support/node.hpp"

using namespace longpolld;
using namespace longpolld::test;

// What others do in Redis.

TEST_CASE("a Redis without memory refuses what is published, and is read on", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis), b(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  REQUIRE(a.publish("farm", "1").status == 200);
  waiting_poll waits(b, "farm");
  REQUIRE(b.server().parks(1));
  redis.ask({"CONFIG", "SET", "maxmemory", "1"});
  const auto refused = a.publish("farm", "2");
  CHECK(refused.status == 503);
  CHECK(refused.body.find("\"maybe_stored\":false") != std::string::npos);
  REQUIRE(a.becomes(503));
  CHECK(a.status("/healthz") == 200);
  CHECK(b.kept("farm") == std::vector<std::string>{"1"});
  CHECK(waits.is_parked());
  redis.ask({"CONFIG", "SET", "maxmemory", "0"});
  REQUIRE(a.becomes(200));
  REQUIRE(a.publish("farm", "3").status == 200);
  CHECK(node::data_of(waits.reply()) == std::vector<std::string>{"3"});
}

TEST_CASE("a foreign key in a category's place costs that category alone", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  redis.ask({"SET", "longpolld{log}:c:farm", "x"});
  node a(redis);
  REQUIRE(a.becomes(200));
  const auto refused = a.publish("farm", "1");
  CHECK(refused.status == 503);
  CHECK(refused.body.find("\"maybe_stored\":false") != std::string::npos);
  CHECK(a.poll("farm", "&since_time=0").status == 503);
  CHECK(a.publish("sea", "1").status == 200);
  CHECK(a.kept("sea") == std::vector<std::string>{"1"});
  CHECK(a.status("/readyz") == 200);
  redis.ask({"DEL", "longpolld{log}:c:farm"});
  CHECK(a.publish("farm", "2").status == 200);
  CHECK(a.kept("farm") == std::vector<std::string>{"2"});
}

TEST_CASE("entries that no node has written are skipped", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(a.publish("farm", "1").status == 200);
  CHECK(a.kept("farm") == std::vector<std::string>{"1"});
  const std::string log = "longpolld{log}:log", farm = "longpolld{log}:c:farm";
  redis.ask({"XADD", log, "*", "a", "b"});
  redis.ask({"XADD", log, "*", "c", "farm", "k", "1", "i", "9-9", "p", "", "s", "x", "d", "{"});
  redis.ask({"XADD", farm, "*", "a", "b"});
  REQUIRE(a.publishes("farm", "2"));
  CHECK(a.kept("farm") == std::vector<std::string>{"1", "2"});
  node b(redis);
  REQUIRE(b.becomes(200));
  const auto kept = b.kept("farm");
  REQUIRE_FALSE(kept.empty());
  CHECK(kept.back() == "2");
  for (const auto& one : kept) CHECK((one == "1" || one == "2"));
}

TEST_CASE("an entry that no node has written does not end the history when a node connects again",
          "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(a.publish("farm", "1").status == 200);
  const auto cursor = node::cursor_of(a.poll("farm", "&since_time=0"));
  redis.ask({"XADD", "longpolld{log}:log", "*", "a", "b"});
  REQUIRE(eventually([&] { return redis.calls_of("xread") > 1; }));
  const auto looked = redis.calls_of("eval");
  redis.ask({"CLIENT", "KILL", "TYPE", "normal"});
  REQUIRE(eventually([&] { return redis.calls_of("eval") > looked; }));
  REQUIRE(a.publishes("farm", "2"));
  const auto got = a.poll("farm", "&cursor=" + cursor);
  CHECK(node::data_of(got) == std::vector<std::string>{"2"});
  CHECK_FALSE(node::has_gap(got));
}

TEST_CASE("an event that somebody has taken out of the middle of a category is told as a gap",
          "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(a.publish("farm", "1").status == 200);
  const auto cursor = node::cursor_of(a.poll("farm", "&since_time=0"));
  for (const char* data : {"2", "3"}) REQUIRE(a.publish("farm", data).status == 200);
  const std::string farm = "longpolld{log}:c:farm";
  const auto all = redis.ask({"XRANGE", farm, "-", "+"});
  REQUIRE(all.elements.size() == 3);
  REQUIRE(redis.ask({"XDEL", farm, all.elements[1].elements[0].text}).number == 1);
  node b(redis);
  REQUIRE(b.becomes(200));
  const auto got = b.poll("farm", "&cursor=" + cursor);
  CHECK(node::data_of(got) == std::vector<std::string>{"3"});
  CHECK(node::has_gap(got));
}

TEST_CASE("a log or meta that is something else makes no node ready", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  const std::string name = GENERATE("longpolld{log}:log", "longpolld{log}:meta");
  redis.ask({"SET", name, "x"});
  node a(redis);
  REQUIRE(eventually([&] { return redis.calls_of("eval") > 0; }));
  CHECK(a.status("/readyz") == 503);
  CHECK(a.status("/healthz") == 200);
  CHECK(a.poll("farm", "").status == 503);
  redis.ask({"DEL", name});
  CHECK(a.becomes(200));
}

TEST_CASE("scripts that somebody has flushed are loaded again", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis);
  REQUIRE(a.becomes(200));
  redis.ask({"SCRIPT", "FLUSH"});
  CHECK(a.publishes("farm", "1"));
  CHECK(a.kept("farm") == std::vector<std::string>{"1"});
}
