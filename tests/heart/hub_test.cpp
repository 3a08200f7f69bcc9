#include "heart/hub_bench.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("a parked poll is woken by the next event of its category alone", "[heart]") {
  bench one;
  test_poll waits;
  REQUIRE_FALSE(one.subscribe(waits, ask({"a"})));
  one.publish("b");
  CHECK_FALSE(waits.is_due());
  const auto made = one.publish("a");
  const auto body = due(one.heart, waits);
  CHECK(count(body) == 1);
  CHECK(read(body).at("cursor").as_string() == to_text(id_of(made)));
  CHECK_FALSE(has_gap(body));
  CHECK_FALSE(waits.is_parked());
  CHECK(one.heart.parked() == 0);
}

TEST_CASE("all events after the cursor are answered at once, oldest first, and none is doubled", "[heart]") {
  bench one;
  test_poll waits;
  const auto first = one.publish("a");
  const auto second = one.publish("a");
  const auto third = one.publish("a");
  const auto body = one.subscribe(waits, after(first));
  CHECK(count(body) == 2);
  CHECK(read(body).at("events").at(0).at("id").as_string() == to_text(id_of(second)));
  CHECK_FALSE(one.subscribe(waits, after(third)));
}

TEST_CASE("since_time gives later events, and 0 all that is kept", "[heart]") {
  bench one;
  test_poll waits;
  const auto first = one.publish("a");
  one.publish("a");
  CHECK(count(one.subscribe(waits, since(0))) == 2);
  CHECK_FALSE(has_gap(one.subscribe(waits, since(0))));
  CHECK(count(one.subscribe(waits, since(first->at.ms))) == 1);
  CHECK(count(one.subscribe(waits, since(first->at.ms - 1))) == 2);
  CHECK_FALSE(has_gap(one.subscribe(waits, since(1'000'000))));
  CHECK(has_gap(one.subscribe(waits, since(999'999))));  // before this history began
}

TEST_CASE("since_time in the future waits from now on and carries a warning", "[heart]") {
  bench one;
  test_poll waits;
  one.publish("a");
  REQUIRE_FALSE(one.subscribe(waits, since(one.clock + 600'000)));
  one.publish("a");
  const auto body = due(one.heart, waits);
  CHECK(count(body) == 1);
  CHECK(read(body).contains("warning"));
}

TEST_CASE("last_id wins over since_time unless that is later", "[heart]") {
  bench one;
  test_poll waits;
  const auto first = one.publish("a");
  const auto second = one.publish("a");
  one.publish("a");
  auto query = since(0);
  query.last_id = encode(id_of(first));
  CHECK(count(one.subscribe(waits, query)) == 2);
  query.since_time = second->at.ms;
  CHECK(count(one.subscribe(waits, query)) == 1);
}

TEST_CASE("a foreign last_id gives events from since_time's own millisecond on", "[heart]") {
  bench one;
  test_poll waits;
  const auto first = one.publish("a");
  one.publish("a");
  auto query = since(first->at.ms);
  query.last_id = uuid{0x1234567812344567, 0x8234567812345678};
  CHECK(count(one.subscribe(waits, query)) == 2);
}

TEST_CASE("a reply is bounded and the rest comes with the next poll", "[heart]") {
  config limits;
  limits.max_events_per_reply = 3;
  bench one(limits);
  test_poll waits;
  for (int i = 0; i < 7; ++i) one.publish("a");
  std::vector<std::size_t> counts;
  auto query = since(0);
  while (auto body = one.subscribe(waits, query)) {
    counts.push_back(count(body));
    query = ask({"a"});
    query.cursor = {*decode(*parse_uuid(read(body).at("cursor").as_string().c_str()))};
  }
  CHECK(counts == std::vector<std::size_t>{3, 3, 1});
}

TEST_CASE("a reply has at least one event however small its bound", "[heart]") {
  config limits;
  limits.max_reply_bytes = 1;
  bench one(limits);
  test_poll waits;
  one.publish("a");
  one.publish("a");
  CHECK(count(one.subscribe(waits, since(0))) == 1);
}

TEST_CASE("a poll that leaves is linked nowhere and its unused category is let go", "[heart]") {
  bench one;
  {
    test_poll waits;
    REQUIRE_FALSE(one.subscribe(waits, ask({"a", "b"})));
    CHECK(one.heart.categories() == 2);
    one.heart.leave(waits);
    one.heart.leave(waits);
  }
  CHECK(one.heart.parked() == 0);
  CHECK(one.heart.categories() == 0);
  CHECK(one.heart.departures().size() == 2);
}

TEST_CASE("a due poll that leaves gets nothing and loses nothing", "[heart]") {
  bench one;
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  const auto made = one.publish("a");
  one.heart.leave(waits);
  body_ptr body;
  CHECK(one.heart.pop_due(body) == nullptr);
  CHECK(count(one.subscribe(waits, since(made->at.ms - 1))) == 1);
}

TEST_CASE("polls woken by the same event share one rendering", "[heart]") {
  bench one;
  test_poll first, second;
  one.subscribe(first, ask({"a"}));
  one.subscribe(second, ask({"a"}));
  one.publish("a");
  const auto body = due(one.heart, first);
  CHECK(body == due(one.heart, second));
}

TEST_CASE("polls that catch up from the same place share one rendering, until something changes", "[heart]") {
  bench one;
  test_poll waits;
  one.publish("a");
  const auto body = one.subscribe(waits, since(0));
  CHECK(one.subscribe(waits, since(0)) == body);
  one.publish("a");
  CHECK(count(one.subscribe(waits, since(0))) == 2);
}

TEST_CASE("a burst larger than the buffer loses nothing for a poll that was parked", "[heart]") {
  config limits;
  limits.max_event_buffer_size = 4;
  bench one(limits);
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  for (int i = 0; i < 10; ++i) one.publish("a");
  const auto body = due(one.heart, waits);
  CHECK_FALSE(has_gap(body));
  CHECK(count(body) == 4);
}

TEST_CASE("a category that joins a cursor gets only what is published from now on", "[heart]") {
  bench one;
  const auto seen = one.publish("a");
  const auto unseen = one.publish("a");
  one.publish("b");
  auto query = ask({"a", "b"});
  query.cursor = {id_of(seen), no_position};
  test_poll waits;
  const auto body = one.subscribe(waits, query);
  CHECK(count(body) == 1);
  CHECK(body->joined().find(to_text(id_of(unseen))) != std::string::npos);
  CHECK_FALSE(has_gap(body));
  query.since_time = 0;
  CHECK(count(one.subscribe(waits, query)) == 2);
}

TEST_CASE("polls woken by one of their categories leave nothing behind in the others", "[heart]") {
  bench one;
  test_poll first, second;
  REQUIRE_FALSE(one.subscribe(first, ask({"a", "b", "c"})));
  REQUIRE_FALSE(one.subscribe(second, ask({"b", "a"})));
  one.publish("a");
  CHECK(read(due(one.heart, first)).at("cursor").as_string().size() == 3 * uuid_chars + 2);
  CHECK(read(due(one.heart, second)).at("cursor").as_string().size() == 2 * uuid_chars + 1);
  CHECK(one.heart.categories() == 1);
  CHECK(one.heart.departures().size() == 2);
}
