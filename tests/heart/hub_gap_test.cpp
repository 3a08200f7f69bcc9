#include "heart/hub_bench.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("exactly a full buffer after the cursor is no gap, one more is", "[heart]") {
  config limits;
  limits.max_event_buffer_size = 10;
  bench one(limits);
  test_poll waits;
  const auto seen = one.publish("a");
  for (int i = 0; i < 10; ++i) one.publish("a");
  CHECK(count(one.subscribe(waits, after(seen))) == 10);
  CHECK_FALSE(has_gap(one.subscribe(waits, after(seen))));
  one.publish("a");
  CHECK(count(one.subscribe(waits, after(seen))) == 10);
  CHECK(has_gap(one.subscribe(waits, after(seen))));
  CHECK(has_gap(one.subscribe(waits, since(seen->at.ms))));
}

TEST_CASE("a gap alone never ends a poll early and is told with its timeout", "[heart]") {
  config limits;
  limits.event_time_to_live_seconds = 1;
  bench one(limits);
  test_poll waits;
  const auto seen = one.publish("a");
  one.publish("a");
  one.heart.expire_events(start + 2s, 100);
  REQUIRE_FALSE(one.subscribe(waits, after(seen)));
  body_ptr body;
  CHECK(one.heart.pop_timed_out(start + 29s, 7, body) == nullptr);
  CHECK(one.heart.pop_timed_out(start + 31s, 7, body) == &waits);
  CHECK(read(body).contains("timeout"));
  CHECK(has_gap(body));
}

TEST_CASE("expiry of events that were seen is no gap", "[heart]") {
  config limits;
  limits.event_time_to_live_seconds = 1;
  bench one(limits);
  test_poll waits;
  const auto seen = one.publish("a");
  one.heart.expire_events(start + 2s, 100);
  REQUIRE_FALSE(one.subscribe(waits, after(seen)));
  one.publish("a", start + 2s);
  CHECK_FALSE(has_gap(due(one.heart, waits)));
}

TEST_CASE("a cursor of another epoch gets all that is kept, and a gap", "[heart]") {
  bench one;
  test_poll waits;
  one.publish("a");
  auto query = after(one.publish("a"));
  query.cursor[0].epoch ^= 1;
  CHECK(count(one.subscribe(waits, query)) == 2);
  CHECK(has_gap(one.subscribe(waits, query)));
}

TEST_CASE("a damaged cursor is either exact or told as a gap", "[heart]") {
  config limits;
  limits.max_event_buffer_size = 4;
  bench one(limits);
  std::vector<event_ptr> all;
  for (int i = 0; i < 8; ++i) all.push_back(one.publish("a"));
  for (const auto& seen : all) {
    const uuid whole = encode(id_of(seen));
    for (unsigned bit = 0; bit < 128; ++bit) {
      uuid damaged = whole;
      (bit < 64 ? damaged.high : damaged.low) ^= std::uint64_t{1} << (bit % 64U);
      const auto id = decode(damaged);
      if (!id) continue;
      auto query = ask({"a"});
      query.cursor = {*id};
      test_poll waits;
      auto body = one.subscribe(waits, query);
      if (!body) body = one.heart.time_out(waits, 1);
      const auto next = "\"id\":\"" + to_text(id_of(all.back()));
      const bool has_unread = seen != all.back();
      CHECK((has_gap(body) || !has_unread || body->joined().find(next) != std::string::npos));
      if (!has_gap(body) && has_unread) CHECK(count(body) >= all.size() - seen->at.ordinal);
    }
  }
}

TEST_CASE("a poll parked all along gets no gap after categories were forgotten", "[heart]") {
  bench one;
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  one.tails["a"] = {1'000'500, 900};
  one.publish("a");
  CHECK_FALSE(has_gap(due(one.heart, waits)));
}

TEST_CASE("dropped and forgotten events are told as a gap", "[heart]") {
  bench one;
  test_poll waits;
  const auto seen = one.publish("a");
  const auto last = one.publish("a");
  one.publish("b");
  one.heart.apply({log_entry::kind::dropped, last->category, last->at, nullptr});
  REQUIRE_FALSE(one.subscribe(waits, after(seen)));
  CHECK(has_gap(one.heart.time_out(waits, 1)));
  REQUIRE_FALSE(one.subscribe(waits, after(last)));
  CHECK_FALSE(has_gap(one.heart.time_out(waits, 1)));
}

TEST_CASE("a cursor of another category gets all that is kept, and a gap", "[heart]") {
  bench one;
  test_poll waits;
  one.publish("a");
  CHECK(has_gap(one.subscribe(waits, after(one.publish("b")))));
}
