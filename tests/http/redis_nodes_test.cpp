#include "support/catch.hpp"
#include "support/node.hpp"

#include <filesystem>
#include <unistd.h>

using namespace longpolld;
using namespace longpolld::test;
using namespace std::chrono_literals;

// Several nodes of one history, and what is between them and Redis while all is well.

TEST_CASE("what one node acknowledged every node serves, under the same id", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis), b(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  waiting_poll waits(b, "farm");
  REQUIRE(b.server().parks(1));
  const auto told = a.publish("farm", "1");
  REQUIRE(told.status == 200);
  CHECK(a.kept("farm") == std::vector<std::string>{"1"});
  const auto got = waits.reply();
  CHECK(node::data_of(got) == std::vector<std::string>{"1"});
  CHECK(got.json().at("events").at(0).at("id") == told.json().at("id"));
  CHECK_FALSE(node::has_gap(got));
  CHECK(b.publish("farm", "2").status == 200);
  const auto rest = a.poll("farm", "&cursor=" + node::cursor_of(got));
  CHECK(node::data_of(rest) == std::vector<std::string>{"2"});
  CHECK_FALSE(node::has_gap(rest));
}

TEST_CASE("a node that was started later serves the whole history, and no gap", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  std::string cursor;
  {
    node a(redis);
    REQUIRE(a.becomes(200));
    REQUIRE(a.publish("farm", "1").status == 200);
    cursor = node::cursor_of(a.poll("farm", "&since_time=0"));
    REQUIRE(a.publish("farm", "2").status == 200);
    REQUIRE(a.publish("sea", "3").status == 200);
  }
  node b(redis);
  REQUIRE(b.becomes(200));
  const auto all = b.poll("farm", "&since_time=0");
  CHECK(node::data_of(all) == std::vector<std::string>{"1", "2"});
  CHECK_FALSE(node::has_gap(all));
  const auto rest = b.poll("farm", "&cursor=" + cursor);
  CHECK(node::data_of(rest) == std::vector<std::string>{"2"});
  CHECK_FALSE(node::has_gap(rest));
  CHECK(b.kept("sea") == std::vector<std::string>{"3"});
}

TEST_CASE("a category that begins late is no gap for whoever has waited for it", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis), b(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  const auto cursor = node::cursor_of(a.poll("late", "&since_time=0"));
  for (int i = 0; i < 5; ++i) REQUIRE(a.publish("other", std::to_string(i)).status == 200);
  const auto again = b.poll("late", "&cursor=" + cursor);
  CHECK_FALSE(node::has_gap(again));
  REQUIRE(a.publish("late", "1").status == 200);
  for (auto* at : {&a, &b}) {
    for (const auto& from : {cursor, node::cursor_of(again)}) {
      const auto got = at->poll("late", "&cursor=" + from);
      CHECK(node::data_of(got) == std::vector<std::string>{"1"});
      CHECK_FALSE(node::has_gap(got));
    }
    CHECK_FALSE(node::has_gap(at->poll("late", "&since_time=0")));
  }
}

TEST_CASE("what a buffer loses is a gap at every node, and what it keeps is none", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  auto of = node_of(redis);
  of.max_event_buffer_size = 3;
  node a(of), b(of);
  REQUIRE(a.becomes(200));
  std::vector<std::string> cursors;
  for (int i = 0; i < 5; ++i) {
    const auto told = a.publish("farm", std::to_string(i));
    REQUIRE(told.status == 200);
    cursors.emplace_back(told.json().at("id").as_string());
  }
  REQUIRE(b.becomes(200));
  for (auto* at : {&a, &b}) {
    const auto lost = at->poll("farm", "&cursor=" + cursors[0]);
    CHECK(node::data_of(lost) == std::vector<std::string>{"2", "3", "4"});
    CHECK(node::has_gap(lost));
    const auto whole = at->poll("farm", "&cursor=" + cursors[1]);
    CHECK(node::data_of(whole) == std::vector<std::string>{"2", "3", "4"});
    CHECK_FALSE(node::has_gap(whole));
  }
}

TEST_CASE("a node reaches Redis by a Unix socket too, and keeps to its database", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const auto path = (std::filesystem::temp_directory_path() / "longpolld-redis-socket").string() +
                    std::to_string(::getpid());
  const redis_server redis({"--unixsocket", path});
  auto of = node_of(redis);
  of.redis_url = "unix://" + path + "?db=3";
  node a(of);
  REQUIRE(a.becomes(200));
  CHECK(a.publish("farm", "1").status == 200);
  CHECK(a.kept("farm") == std::vector<std::string>{"1"});
  CHECK(redis.ask({"EXISTS", "longpolld{log}:meta"}).number == 0);  // in database 0
  std::filesystem::remove(path);
}

TEST_CASE("an Idempotency-Key holds at every node", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis), b(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  const auto first = a.publish("farm", "1", "key");
  REQUIRE(first.status == 200);
  const auto again = b.publish("farm", "1", "key");
  CHECK(again.status == 200);
  CHECK(again.body == first.body);
  CHECK(again.field("Idempotent-Replayed") == "true");
  CHECK(b.publish("farm", "2", "key").status == 422);
  CHECK(b.kept("farm") == std::vector<std::string>{"1"});
}

TEST_CASE(
    "a batch is taken whole at one node and served whole at another, to a poll of several categories too",
    "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis), b(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  const auto cursor = node::cursor_of(b.poll("farm&category=sea", "&since_time=0"));
  waiting_poll waits(b, "farm&category=sea", "&cursor=" + cursor);
  REQUIRE(b.server().parks(1));
  const auto batch = [&](const std::string& text) {
    return client(a.port()).post("/publish", text).value_or(received{});
  };
  CHECK(batch(R"([{"category":"farm","data":0},{"category":"","data":0}])").status == 400);
  REQUIRE(batch(R"([{"category":"farm","data":1},{"category":"sea","data":2},{"category":"farm","data":3}])")
              .status == 200);
  const auto woken = waits.reply();
  CHECK_FALSE(node::has_gap(woken));
  auto all = node::data_of(woken);
  // What came apart on the way is had with the next poll.
  if (all.size() < 3) {
    const auto rest = node::data_of(b.poll("farm&category=sea", "&cursor=" + node::cursor_of(woken)));
    all.insert(all.end(), rest.begin(), rest.end());
  }
  CHECK(all == std::vector<std::string>{"1", "2", "3"});
  CHECK(a.kept("farm&category=sea") == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("events are over at every node once their time to live is", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  auto of = node_of(redis);
  of.event_time_to_live_seconds = 1;
  node a(of), b(of);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  REQUIRE(a.publish("farm", "1").status == 200);
  const auto got = b.poll("farm", "&since_time=0");
  REQUIRE(node::data_of(got) == std::vector<std::string>{"1"});
  REQUIRE(a.publish("farm", "2").status == 200);
  for (auto* at : {&a, &b}) CHECK(eventually([&] { return at->kept("farm").empty(); }));
  CHECK(node::has_gap(a.poll("farm", "&cursor=" + node::cursor_of(got))));
  node late(of);  // reads it from Redis, which may have it longer
  REQUIRE(late.becomes(200));
  CHECK(late.kept("farm").empty());
}

TEST_CASE("names of categories are taken as they are", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis), b(redis);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  for (const char* name : {"{x}", "*", "a b", "c:a", "%"}) {
    const std::string text = name;
    const auto in_query = text == "a b" ? "a+b" : text == "%" ? "%25" : text;
    REQUIRE(a.publish(text, '"' + text + '"').status == 200);
    CHECK(b.kept(in_query) == std::vector<std::string>{'"' + text + '"'});
  }
}

TEST_CASE("a node needs memory for what it was asked for only", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  auto of = node_of(redis);
  of.max_categories = 10;
  node a(of);
  REQUIRE(a.becomes(200));
  for (int i = 0; i < 100; ++i) REQUIRE(a.publish("c" + std::to_string(i), std::to_string(i)).status == 200);
  CHECK(a.server()->log().count().categories == 0);
  for (int i = 0; i < 100; ++i) {
    const auto got = a.poll("c" + std::to_string(i), "&since_time=0");
    CHECK(node::data_of(got) == std::vector<std::string>{std::to_string(i)});
    CHECK_FALSE(node::has_gap(got));
  }
  CHECK(a.server()->log().count().categories == 10);
}

TEST_CASE("an old and a new version serve one history side by side, as long as they share its format",
          "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node a(redis);
  REQUIRE(a.becomes(200));
  redis.ask({"HSET", "longpolld{log}:meta", "format", "2", "unknown", "1"});
  const auto looks = redis.calls_of("eval");
  node b(redis);
  REQUIRE(eventually([&] { return redis.calls_of("eval") > looks + 1; }));
  CHECK(b.status("/readyz") == 503);
  CHECK(b.status("/healthz") == 200);
  redis.ask({"HSET", "longpolld{log}:meta", "format", "1"});
  CHECK(b.becomes(200));
  CHECK(a.publish("farm", "1").status == 200);
  CHECK(b.kept("farm") == std::vector<std::string>{"1"});
}
