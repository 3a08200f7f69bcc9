#include "heart/hub_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("a noted poll that leaves gets nothing and loses nothing", "[heart]") {
  heart one;
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  const auto made = one.publish();
  one.hubs[0]->leave(waits);
  CHECK(one.is_quiet());
  CHECK(count(one.subscribe(waits, since(made.at.ms - 1))) == 1);
}

TEST_CASE("a due poll that leaves gets nothing, and those beside it get theirs", "[heart]") {
  heart one;
  test_poll first, second;
  one.subscribe(first, ask({"a"}));
  one.subscribe(second, ask({"a"}));
  one.publish();
  REQUIRE(one.hubs[0]->serve(one.now));
  CHECK(first.is_due());
  one.hubs[0]->leave(first);
  CHECK_FALSE(first.is_due());
  CHECK(count(one.due(second)) == 1);
}

TEST_CASE("polls woken by the same event share one rendering", "[heart]") {
  heart one;
  std::vector<test_poll> waits(200);  // more than one share of a turn
  for (auto& poll : waits) one.subscribe(poll, ask({"a"}));
  one.publish();
  const auto body = one.due(waits[0]);
  for (std::size_t i = 1; i < waits.size(); ++i) CHECK(one.due(waits[i]) == body);
  CHECK(one.is_quiet());
}

TEST_CASE("polls that catch up from the same place share one rendering, until something changes", "[heart]") {
  heart one;
  one.publish();
  const auto body = one.look(since(0));
  CHECK(one.look(since(0)) == body);
  one.publish();
  CHECK(count(one.look(since(0))) == 2);
}

TEST_CASE("a remembered reply is never that of another category, whatever the two have in common",
          "[heart]") {
  heart one;
  const auto of_a = one.publish("a");
  const auto of_b = one.publish("b");
  REQUIRE(of_a.at.ordinal == of_b.at.ordinal);
  CHECK(has(one.look(since(0, {"a"})), of_a));
  CHECK(has(one.look(since(0, {"b"})), of_b));
}

TEST_CASE("a burst of up to twice the buffer loses nothing for a poll that was parked", "[heart]") {
  config limits;
  limits.max_event_buffer_size = 4;
  heart one(limits);
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  one.publish(8, "a");
  auto body = one.due(waits);
  CHECK_FALSE(has_gap(body));
  CHECK(count(body) == 8);
  CHECK(count(one.look(since(0))) == 4);  // the buffer has its size again
  one.subscribe(waits, next(body));
  one.publish(9, "a");
  body = one.due(waits);
  CHECK(has_gap(body));
  CHECK(count(body) == 8);
}

TEST_CASE("lists are served in turn: a cold category does not wait for all polls of a hot one", "[heart]") {
  heart one;
  std::vector<test_poll> hot(500);
  test_poll cold;
  for (auto& poll : hot) one.subscribe(poll, ask({"hot"}));
  one.subscribe(cold, ask({"cold"}));
  one.publish("hot");
  one.publish("cold");
  std::size_t before = 0;
  body_ptr body;
  while (one.due(body) != &cold) ++before;
  CHECK(before <= 128);
}

TEST_CASE("a poll that comes while its category waits to be served is not given what it has seen",
          "[heart]") {
  heart one;
  test_poll old, young;
  REQUIRE_FALSE(one.subscribe(old, ask({"a"})));
  const auto first = one.publish();
  REQUIRE_FALSE(one.subscribe(young, after(first)));
  CHECK(count(one.due(old)) == 1);
  CHECK(one.is_quiet());
  CHECK(young.is_parked());
  const auto second = one.publish();
  const auto body = one.due(young);
  CHECK(count(body) == 1);
  CHECK(has(body, second));
}
