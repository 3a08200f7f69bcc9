#include "heart/hub_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("exactly a full buffer after the cursor is no gap, one more is", "[heart]") {
  config limits;
  limits.max_event_buffer_size = 10;
  heart one(limits);
  const auto seen = one.publish();
  one.publish(10, "a");
  CHECK(count(one.look(after(seen))) == 10);
  CHECK_FALSE(has_gap(one.look(after(seen))));
  one.publish();
  CHECK(count(one.look(after(seen))) == 10);
  CHECK(has_gap(one.look(after(seen))));
  CHECK(has_gap(one.look(since(seen.at.ms))));
}

TEST_CASE("a cursor of what the history had before it went back is told a gap, and gets what is new",
          "[heart]") {
  config limits;
  limits.max_event_buffer_size = 1;
  heart one(limits);
  one.publish();
  ++one.now.wall;
  const auto second = one.publish();
  ++one.now.wall;
  const auto third = one.publish();  // the second is lost now
  CHECK_FALSE(has_gap(one.look(after(second))));
  auto other = second;  // the same place, another event
  --other.at.ms;
  CHECK(has_gap(one.look(after(other))));
  CHECK(count(one.look(after(other))) == 1);
  auto beyond = second;
  beyond.at.ordinal = third.at.ordinal + 5;
  CHECK(has_gap(one.look(after(beyond))));
  CHECK(count(one.look(after(beyond))) == 1);
}

TEST_CASE("a gap alone never ends a poll early and is told with its timeout", "[heart]") {
  config limits;
  limits.event_time_to_live_seconds = 1;
  heart one(limits);
  test_poll waits;
  const auto seen = one.publish();
  one.publish();
  one.now.steady += 2s;
  REQUIRE_FALSE(one.subscribe(waits, after(seen)));
  one.now.steady += 29s;
  CHECK_FALSE(one.timed_out(waits));
  one.now.steady += 2s;
  const auto body = one.timed_out(waits);
  CHECK(is_timeout(body));
  CHECK(has_gap(body));
}

TEST_CASE("expiry of events that were seen is no gap", "[heart]") {
  config limits;
  limits.event_time_to_live_seconds = 1;
  heart one(limits);
  test_poll waits;
  const auto seen = one.publish();
  one.now.steady += 2s;
  REQUIRE_FALSE(one.subscribe(waits, after(seen)));
  one.publish();
  CHECK_FALSE(has_gap(one.due(waits)));
}

TEST_CASE("no event is delivered after its time to live, not even to a poll that was parked before",
          "[heart]") {
  config limits;
  limits.event_time_to_live_seconds = 10;
  limits.max_event_buffer_size = 1'000;
  heart one(limits);
  const auto seen = one.publish();
  one.publish(300, "a");
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  one.publish();
  one.now.steady += 9s;
  CHECK(count(one.look(after(seen))) == 250);
  one.now.steady += 1s;
  CHECK(is_timeout(one.look(after(seen))));
  CHECK(has_gap(one.look(after(seen))));
  CHECK(is_timeout(one.look(since(0))));
  CHECK(one.is_quiet());  // what the parked poll was noted for is gone
  one.publish();
  const auto body = one.due(waits);
  CHECK(count(body) == 1);
  CHECK(has_gap(body));
}

TEST_CASE("a cursor of another epoch gets all that is kept, and a gap", "[heart]") {
  heart one;
  one.publish();
  auto query = after(one.publish());
  query.cursor[0].epoch ^= 1;
  CHECK(count(one.look(query)) == 2);
  CHECK(has_gap(one.look(query)));
}

TEST_CASE("a damaged cursor is either exact or told as a gap", "[heart]") {
  config limits;
  limits.max_event_buffer_size = 4;
  heart one(limits);
  std::vector<event_id> all;
  for (int i = 0; i < 8; ++i) all.push_back(one.publish());
  for (const auto& seen : all) {
    const uuid whole = encode(seen);
    for (unsigned bit = 0; bit < 128; ++bit) {
      uuid damaged = whole;
      (bit < 64 ? damaged.high : damaged.low) ^= std::uint64_t{1} << (bit % 64U);
      const auto id = decode(damaged);
      if (!id) continue;
      const auto body = one.look(after(*id));
      const bool has_unread = seen != all.back();
      CHECK((has_gap(body) || !has_unread || has(body, all.back())));
      if (!has_gap(body) && has_unread) CHECK(count(body) >= all.size() - seen.at.ordinal);
    }
  }
}

TEST_CASE("a cursor of another category gets all that is kept, and a gap", "[heart]") {
  heart one;
  one.publish("a");
  CHECK(has_gap(one.look(after(one.publish("b")))));
}

TEST_CASE("forgetting a category's history does not disturb the polls that are parked on it", "[heart]") {
  config limits;
  limits.max_categories = 2;
  heart one(limits);
  test_poll waits;
  const auto seen = one.publish("a");
  REQUIRE_FALSE(one.subscribe(waits, after(seen)));
  for (int i = 0; i < 5; ++i) one.publish("b" + std::to_string(i));
  CHECK(one.events.count().forgotten_categories >= 4);
  const auto made = one.publish("a");
  CHECK(made.at.ordinal == seen.at.ordinal + 1);
  const auto body = one.due(waits);
  CHECK(has(body, made));
  CHECK_FALSE(has_gap(body));
}

TEST_CASE("dropped and forgotten events are told as a gap", "[heart]") {
  config limits;
  limits.max_categories = 2;
  heart one(limits);
  const auto seen = one.publish("a");
  one.publish("a");
  one.publish("b");
  one.publish("c");
  CHECK_FALSE(one.events.find("a"));
  CHECK(has_gap(one.look(after(seen))));
  one.publish("a");
  CHECK(has_gap(one.look(after(seen))));
}
