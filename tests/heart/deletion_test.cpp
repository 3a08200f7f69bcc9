#include "heart/hub_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

config deleting() {
  config limits;
  limits.delete_event_after_first_retrieval = true;
  return limits;
}

}  // namespace

TEST_CASE("an event that no poll waited for goes to the first poll that asks, and to no other", "[heart]") {
  heart one(deleting());
  one.publish(3, "a");
  CHECK(count(one.look(since(0))) == 3);
  CHECK(is_timeout(one.look(since(0))));
  CHECK(one.events.count().buffer_bytes == 0);
}

TEST_CASE("a large reply, which refers to its events, takes them as a small one does", "[heart]") {
  heart one(deleting());
  one.publish(240, "a");
  const auto body = one.look(since(0));
  CHECK_FALSE(body->is_one_text());
  CHECK(count(body) == 240);
  CHECK(is_timeout(one.look(since(0))));
  CHECK(one.events.count().buffer_bytes == 0);
}

TEST_CASE("an event that comes while polls wait goes to all of them, on every thread, and is not kept",
          "[heart]") {
  heart one(deleting(), 3);
  std::vector<test_poll> waits(9);
  for (std::size_t i = 0; i < 9; ++i) one.subscribe(waits[i], ask({"a"}), i % 3);
  const auto made = one.publish();
  CHECK(has(one.due(waits[0], 0), made));
  CHECK(is_timeout(one.look(since(0))));  // it is theirs
  for (std::size_t i = 1; i < 9; ++i) CHECK(has(one.due(waits[i], i % 3), made));
  CHECK(is_timeout(one.look(since(0))));
  CHECK(one.events.count().buffer_bytes == 0);
}

TEST_CASE("an event whose waiting polls have all left before they were given it is kept", "[heart]") {
  heart one(deleting(), 2);
  test_poll first, second;
  one.subscribe(first, ask({"a"}), 0);
  one.subscribe(second, ask({"a", "b"}), 1);
  const auto made = one.publish();
  one.hubs[0]->leave(first);
  one.hubs[1]->leave(second);
  CHECK(has(one.look(since(0)), made));
  CHECK(is_timeout(one.look(since(0))));
}

TEST_CASE("an event that comes while only some polls have been served reaches those that still wait",
          "[heart]") {
  heart one(deleting(), 2);
  test_poll first, second;
  one.subscribe(first, ask({"a"}), 0);
  one.subscribe(second, ask({"a"}), 1);
  const auto made = one.publish();
  const auto body = one.due(first, 0);
  CHECK(has(body, made));
  REQUIRE_FALSE(one.subscribe(first, next(body), 0));
  const auto later = one.publish();
  const auto both = one.due(second, 1);
  CHECK(has(both, made));
  CHECK(has(both, later));
  const auto rest = one.due(first, 0);
  CHECK(count(rest) == 1);
  CHECK(has(rest, later));
  CHECK(one.events.count().buffer_bytes == 0);
}

TEST_CASE("a poll that was given events is not given them again", "[heart]") {
  heart one(deleting(), 2);
  test_poll first, second;
  one.subscribe(first, ask({"a"}), 0);
  one.subscribe(second, ask({"a"}), 1);
  one.publish();
  const auto body = one.due(first, 0);
  CHECK(is_timeout(one.look(next(body))));  // while the other has yet to be served
  CHECK(count(one.due(second, 1)) == 1);
  CHECK(is_timeout(one.look(next(body))));
  CHECK_FALSE(has_gap(one.look(next(body))));
}

TEST_CASE("replies to polls that waited are bounded too, and the rest is kept", "[heart]") {
  auto limits = deleting();
  limits.max_events_per_reply = 2;
  heart one(limits);
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  one.publish(5, "a");
  const auto body = one.due(waits);
  CHECK(count(body) == 2);
  CHECK(count(one.look(next(body))) == 2);
  CHECK(count(one.look(since(0))) == 1);
  CHECK(is_timeout(one.look(since(0))));
  CHECK(one.events.count().buffer_bytes == 0);
}

TEST_CASE("a poll that comes while others are still to be given an event gets it too", "[heart]") {
  heart one(deleting());
  const auto seen = one.publish();
  CHECK(count(one.look(since(0))) == 1);
  test_poll first, second;
  one.subscribe(first, after(seen));
  const auto made = one.publish();
  const auto body = one.subscribe(second, after(seen));
  CHECK(has(body, made));
  one.hubs[0]->leave(first);
  CHECK(is_timeout(one.look(after(seen))));
}

TEST_CASE("an event that nobody was given is kept, whatever came after it was given", "[heart]") {
  heart one(deleting());
  test_poll first, second, wide;
  one.subscribe(first, ask({"a"}));
  const auto made = one.publish();
  REQUIRE_FALSE(one.subscribe(second, ask({"a"})));  // from now on: behind that event
  REQUIRE_FALSE(one.subscribe(wide, ask({"a", "b"})));
  const auto later = one.publish();
  one.publish("b");
  one.hubs[0]->leave(first);
  for (body_ptr body; one.due(body);) {
    CHECK(has(body, later));
    CHECK_FALSE(has(body, made));
  }
  const auto rest = one.look(since(0));
  CHECK(count(rest) == 1);
  CHECK(has(rest, made));
}

TEST_CASE("a poll on several categories takes from each of them what it is given", "[heart]") {
  heart one(deleting());
  one.publish("a");
  one.publish("b");
  one.publish("c");
  CHECK(count(one.look(since(0, {"a", "b"}))) == 2);
  CHECK(is_timeout(one.look(since(0, {"a", "b"}))));
  CHECK(count(one.look(since(0, {"c"}))) == 1);
}

TEST_CASE("a poll that times out gets the events that came while it waited, and no other poll gets them",
          "[heart]") {
  heart one(deleting());
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  one.publish();
  one.now.steady += 31s;
  CHECK(count(one.timed_out(waits)) == 1);
  CHECK(one.is_quiet());
  CHECK(is_timeout(one.look(since(0))));
}

TEST_CASE("a poll that may not wait takes no event", "[heart]") {
  heart one(deleting());
  one.publish();
  CHECK(count(one.hubs[0]->peek(since(0), one.now)) == 1);
  CHECK(count(one.look(since(0))) == 1);
}

TEST_CASE("a poll gets the events between expired ones and those that others are still to be given",
          "[heart]") {
  auto limits = deleting();
  limits.event_time_to_live_seconds = 1;
  heart one(limits);
  one.publish();  // nobody waits, and the tick that forgets it has yet to come
  test_poll first, second;
  one.subscribe(first, ask({"a"}));
  one.subscribe(second, ask({"a", "b"}));
  one.now.steady += 2s;
  const auto given = one.publish();
  CHECK(has(one.due(first), given));
  const auto later = one.publish();
  const auto seen = one.look(since(0));
  CHECK_FALSE(has(seen, given));
  CHECK(has(seen, later));
  CHECK(has_gap(seen));
  const auto rest = one.due(second);
  CHECK(has(rest, given));
  CHECK(has(rest, later));
}
