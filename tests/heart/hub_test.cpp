#include "heart/hub_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("a parked poll is woken by the next event of its category alone", "[heart]") {
  heart one;
  test_poll waits;
  REQUIRE_FALSE(one.subscribe(waits, ask({"a"})));
  one.publish("b");
  CHECK(one.is_quiet());
  const auto made = one.publish("a");
  const auto body = one.due(waits);
  CHECK(count(body) == 1);
  CHECK(read(body).at("cursor").as_string() == to_text(made));
  CHECK_FALSE(has_gap(body));
  CHECK_FALSE(waits.is_parked());
  CHECK(one.hubs[0]->parked() == 0);
}

TEST_CASE("all events after the cursor are answered at once, oldest first, and none is doubled", "[heart]") {
  heart one;
  test_poll waits;
  const auto first = one.publish();
  const auto second = one.publish();
  const auto third = one.publish();
  const auto body = one.subscribe(waits, after(first));
  CHECK(count(body) == 2);
  CHECK(read(body).at("events").at(0).at("id").as_string() == to_text(second));
  CHECK_FALSE(one.subscribe(waits, after(third)));
  one.hubs[0]->leave(waits);
}

TEST_CASE("since_time gives later events, and 0 all that is kept", "[heart]") {
  heart one;
  const auto first = one.publish();
  one.publish();
  CHECK(count(one.look(since(0))) == 2);
  CHECK_FALSE(has_gap(one.look(since(0))));
  CHECK(count(one.look(since(first.at.ms))) == 1);
  CHECK(count(one.look(since(first.at.ms - 1))) == 2);
  CHECK_FALSE(has_gap(one.look(since(1'000'000))));
  CHECK(has_gap(one.look(since(999'999))));  // before this history began
}

TEST_CASE("since_time in the future waits from now on and carries a warning", "[heart]") {
  heart one;
  test_poll waits;
  one.publish();
  REQUIRE_FALSE(one.subscribe(waits, since(one.now.wall + 600'000)));
  one.publish();
  const auto body = one.due(waits);
  CHECK(count(body) == 1);
  CHECK(read(body).contains("warning"));
}

TEST_CASE(
    "following several categories by since_time alone carries a warning; by cursor or from 0 it does not",
    "[heart]") {
  heart one;
  const auto warning = [&](const subscribe_query& query) {
    const auto reply = read(one.look(query));
    return reply.contains("warning") ? std::string(reply.at("warning").as_string()) : std::string();
  };
  const auto made = one.publish("a");
  CHECK(warning(since(made.at.ms, {"a", "b"})).find("cursor") != std::string::npos);
  CHECK(warning(since(made.at.ms - 1, {"a", "b"})).find("cursor") != std::string::npos);
  CHECK(warning(since(0, {"a", "b"})).empty());
  auto all_by_time = since(made.at.ms, {"a", "b"});
  all_by_time.cursor = {no_position, no_position};
  CHECK(warning(all_by_time).find("cursor") != std::string::npos);
  auto one_by_time = all_by_time;
  one_by_time.cursor[0] = made;
  CHECK(warning(one_by_time).empty());
  one_by_time.since_time = made.at.ms + 100'000;
  CHECK(warning(one_by_time).find("future") != std::string::npos);
  CHECK(warning(since(made.at.ms, {"a"})).empty());
  auto query = since(made.at.ms, {"a", "b"});
  query.cursor = {made, no_position};
  CHECK(warning(query).empty());
  test_poll waits;
  REQUIRE_FALSE(one.subscribe(waits, since(made.at.ms, {"a", "b"})));
  one.publish("b");
  CHECK(read(one.due(waits)).contains("warning"));
}

TEST_CASE("last_id wins over since_time unless that is later", "[heart]") {
  heart one;
  const auto first = one.publish();
  const auto second = one.publish();
  one.publish();
  auto query = since(0);
  query.last_id = encode(first);
  CHECK(count(one.look(query)) == 2);
  query.since_time = second.at.ms;
  CHECK(count(one.look(query)) == 1);
}

TEST_CASE("a foreign last_id gives events from since_time's own millisecond on", "[heart]") {
  heart one;
  const auto first = one.publish();
  one.publish();
  auto query = since(first.at.ms);
  query.last_id = uuid{0x1234567812344567, 0x8234567812345678};
  CHECK(count(one.look(query)) == 2);
}

TEST_CASE("a reply is bounded and the rest comes with the next poll", "[heart]") {
  config limits;
  limits.max_events_per_reply = 3;
  heart one(limits);
  one.publish(7, "a");
  std::vector<std::size_t> counts;
  for (auto body = one.look(since(0)); !is_timeout(body); body = one.look(next(body))) {
    counts.push_back(count(body));
  }
  CHECK(counts == std::vector<std::size_t>{3, 3, 1});
}

TEST_CASE("a reply has at least one event however small its bound", "[heart]") {
  config limits;
  limits.max_reply_bytes = 1;
  heart one(limits);
  one.publish(2, "a");
  CHECK(count(one.look(since(0))) == 1);
}

TEST_CASE("a poll that leaves is unlinked everywhere, and idle waiting lists go after two sweeps",
          "[heart]") {
  heart one;
  auto& hub = *one.hubs[0];
  {
    test_poll waits;
    REQUIRE_FALSE(one.subscribe(waits, ask({"a", "b"})));
    CHECK(hub.lists() == 2);
    hub.leave(waits);
    hub.leave(waits);
  }
  CHECK(hub.parked() == 0);
  CHECK(one.events.find("a"));
  hub.sweep(100);
  CHECK(hub.wants_sweep());
  CHECK(hub.lists() == 2);
  hub.sweep(100);
  CHECK_FALSE(hub.wants_sweep());
  CHECK(hub.lists() == 0);
  CHECK_FALSE(one.events.find("a"));
}

TEST_CASE("a category that joins a cursor gets only what is published from now on", "[heart]") {
  heart one;
  const auto seen = one.publish("a");
  const auto unseen = one.publish("a");
  one.publish("b");
  auto query = ask({"a", "b"});
  query.cursor = {seen, no_position};
  const auto body = one.look(query);
  CHECK(count(body) == 1);
  CHECK(has(body, unseen));
  CHECK_FALSE(has_gap(body));
  query.since_time = 0;
  CHECK(count(one.look(query)) == 2);
}

TEST_CASE("a poll on several categories is woken by one of them and no longer waits on the others",
          "[heart]") {
  heart one;
  test_poll first, second;
  REQUIRE_FALSE(one.subscribe(first, ask({"a", "b", "c"})));
  REQUIRE_FALSE(one.subscribe(second, ask({"b", "a"})));
  one.publish("a");
  CHECK(read(one.due(first)).at("cursor").as_string().size() == 3 * uuid_chars + 2);
  CHECK(read(one.due(second)).at("cursor").as_string().size() == 2 * uuid_chars + 1);
  CHECK(one.events.find("b")->polls == 0);
  CHECK_FALSE(one.events.find("b")->is_busy());
  one.publish("b");
  CHECK(one.is_quiet());
}

TEST_CASE("a poll on several categories gets what has come in all of them, oldest first", "[heart]") {
  heart one;
  test_poll waits;
  REQUIRE_FALSE(one.subscribe(waits, ask({"a", "b"})));
  const auto first = one.publish("b");
  one.publish("a");
  const auto body = one.due(waits);
  CHECK(count(body) == 2);
  CHECK(read(body).at("events").at(0).at("id").as_string() == to_text(first));
  CHECK(one.is_quiet());
}

TEST_CASE("a poll whose time is over gets the events that came in the same moment", "[heart]") {
  heart one;
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  one.publish();
  one.now.steady += 31s;
  CHECK(count(one.timed_out(waits)) == 1);
  CHECK(one.is_quiet());
}

TEST_CASE("a timeout promises that nothing unseen is or will be stamped that or earlier", "[heart]") {
  heart one;
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  one.now.steady += 31s;
  one.now.wall += 31'000;
  const auto body = one.timed_out(waits);
  const auto promised = read(body).at("timestamp").as_int64();
  CHECK(promised == one.now.wall);
  --one.now.wall;
  CHECK(one.try_publish({"a"})->at(0).at.ms > promised);
}

TEST_CASE("a timeout over several categories promises only what holds for each of them", "[heart]") {
  heart one;
  const auto ahead = one.try_publish(std::vector<std::string>(500, "a"))->back().at.ms;  // ahead of the clock
  test_poll waits;
  auto query = ask({"a", "b"});
  REQUIRE_FALSE(one.subscribe(waits, query));
  const auto promised = read(one.time_out(waits)).at("timestamp").as_int64();
  CHECK(promised < ahead);
  CHECK(one.try_publish({"b"})->at(0).at.ms > promised);
  CHECK(read(one.look(ask({"a"}))).at("timestamp").as_int64() == ahead);
}

TEST_CASE("the polls of one category have room up to the limit, on all shards together", "[heart]") {
  config limits;
  limits.max_parked_polls_per_category = 3;
  heart one(limits, 2);
  std::vector<test_poll> waits(4);
  for (std::size_t i = 0; i < 3; ++i) REQUIRE_FALSE(one.subscribe(waits[i], ask({"a"}), i % 2));
  const auto refused = one.try_subscribe(waits[3], ask({"b", "a"}), 1);
  REQUIRE(refused.has_error());
  CHECK(refused.error().status == 503);
  CHECK(refused.error().limit == &config::max_parked_polls_per_category);
  one.hubs[0]->leave(waits[0]);
  CHECK_FALSE(one.subscribe(waits[3], ask({"b", "a"}), 1));
}

TEST_CASE("the number of waiting lists that are kept without polls is bounded", "[heart]") {
  heart one;
  for (int i = 0; i < 5'000; ++i) {
    test_poll waits;
    const auto number = std::to_string(i);
    REQUIRE_FALSE(one.subscribe(waits, ask({"x" + number, "y" + number, "z"})));
    one.hubs[0]->leave(waits);
  }
  CHECK(one.hubs[0]->lists() < 1'100);
}
