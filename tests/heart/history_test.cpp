#include "heart/hub_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("ordinals of a category count without a hole and stamps increase", "[heart]") {
  heart one;
  const auto ids = *one.try_publish({"a", "b", "a", "a"});
  CHECK(ids[0].at.ordinal == 1);
  CHECK(ids[1].at.ordinal == 1);
  CHECK(ids[2].at.ordinal == 2);
  CHECK(ids[3].at.ordinal == 3);
  CHECK(ids[0].at.ms < ids[2].at.ms);
  CHECK(ids[2].at.ms < ids[3].at.ms);
}

TEST_CASE("events of two categories have different ids even when time and ordinal are the same", "[heart]") {
  heart one;
  const auto ids = *one.try_publish({"a", "b"});
  CHECK(ids[0].at == ids[1].at);
  CHECK(to_text(ids[0]) != to_text(ids[1]));
}

TEST_CASE("a publish rings each shard with a waiting poll, and only once until that shard has looked",
          "[heart]") {
  heart one({}, 4);
  test_poll second, third;
  one.subscribe(second, ask({"a"}), 2);
  one.subscribe(third, ask({"b"}), 3);
  one.publish("a");
  CHECK(one.last.rung == shard_set(1U << 2U));
  one.publish("a");
  CHECK(one.last.rung.none());
  CHECK(count(one.due(second, 2)) == 2);
  one.publish("a");
  CHECK(one.last.rung.none());
  one.hubs[3]->leave(third);
}

TEST_CASE("polls of all shards get the same events in the same order", "[heart]") {
  heart one({}, 3);
  std::vector<test_poll> waits(3);
  for (std::size_t i = 0; i < 3; ++i) one.subscribe(waits[i], ask({"a", "b"}), i);
  CHECK(one.try_publish({"a", "b", "a"}).has_value());
  const auto first = one.due(waits[0], 0)->joined();
  CHECK(one.due(waits[1], 1)->joined() == first);
  CHECK(one.due(waits[2], 2)->joined() == first);
}

TEST_CASE("the least recently used category is forgotten and raises the floor", "[heart]") {
  config limits;
  limits.max_categories = 2;
  heart one(limits);
  one.publish(5, "old");
  one.publish("young");
  CHECK(one.publish("new").at.ordinal == 6);
  CHECK(one.last.forgot);
  CHECK_FALSE(one.events.find("old"));
  CHECK(one.events.count().categories == 2);
  CHECK(one.publish("old").at.ordinal == 6);
}

TEST_CASE("polls never shut publishers out, however many categories they hold", "[heart]") {
  config limits;
  limits.max_categories = 10;
  heart one(limits);
  std::vector<test_poll> waits(40);
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const auto name = "held" + std::to_string(i);
    one.publish(name);
    one.subscribe(waits[i], ask({name}));
  }
  for (int i = 0; i < 20; ++i) CHECK(one.try_publish({"new" + std::to_string(i)}).has_value());
  CHECK(one.events.count().categories == 10);
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const auto made = one.publish("held" + std::to_string(i));
    const auto body = one.due(waits[i]);
    CHECK(has(body, made));
    CHECK_FALSE(has_gap(body));
  }
}

TEST_CASE("a category with events that polls are still to be given is forgotten last", "[heart]") {
  config limits;
  limits.max_categories = 3;
  heart one(limits);
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  const auto made = one.publish("a");
  for (int i = 0; i < 10; ++i) one.publish("b" + std::to_string(i));
  const auto body = one.due(waits);
  CHECK(has(body, made));
  CHECK_FALSE(has_gap(body));
}

TEST_CASE("a batch that names more categories than may be remembered is refused whole", "[heart]") {
  config limits;
  limits.max_categories = 2;
  heart one(limits);
  const auto refused = one.try_publish({"a", "b", "c"});
  REQUIRE(refused.has_error());
  CHECK(refused.error().status == 413);
  CHECK(refused.error().limit == &config::max_categories);
  CHECK(one.events.count().published == 0);
  CHECK(one.try_publish({"a", "b", "a"}).has_value());
}

TEST_CASE("the byte budget drops from the least recently used category first", "[heart]") {
  config limits;
  limits.max_buffer_bytes = 4096;
  heart one(limits);
  one.publish("idle");
  for (int i = 0; i < 30; ++i) {
    one.publish("hot");
    CHECK(one.events.count().buffer_bytes <= 4096);
  }
  CHECK(one.last.dropped);
  CHECK(one.events.find("idle")->ring.empty());
  CHECK(one.publish("idle").at.ordinal == 2);
}

TEST_CASE("the byte budget holds for the categories themselves too", "[heart]") {
  config limits;
  limits.max_buffer_bytes = 65'536;
  heart one(limits);
  for (int i = 0; i < 5'000; ++i) one.publish("c" + std::to_string(i));
  CHECK(one.events.count().categories * sizeof(category_record) < 65'536);
  CHECK(one.events.count().forgotten_categories > 4'000);
}

TEST_CASE("a publish reports which budgets cost events or categories", "[heart]") {
  config limits;
  limits.max_buffer_bytes = 4096;
  limits.max_categories = 2;
  heart one(limits);
  CHECK(one.try_publish({"a", "b"}).has_value());
  CHECK_FALSE(one.last.forgot);
  CHECK_FALSE(one.last.dropped);
  CHECK(one.try_publish({"c", "d"}).has_value());
  CHECK(one.last.forgot);
  while (one.events.count().dropped_events == 0) one.publish("d");
  CHECK(one.last.dropped);
  CHECK_FALSE(one.last.forgot);
}

TEST_CASE("events expire by themselves, and their category goes on counting", "[heart]") {
  config limits;
  limits.event_time_to_live_seconds = 10;
  heart one(limits);
  const auto expire = [&] {
    discarded_events discarded;
    return one.events.expire(one.now, discarded);
  };
  one.publish();
  one.now.steady += 9s;
  expire();
  CHECK(one.events.count().buffer_bytes > 0);
  one.now.steady += 2s;
  CHECK_FALSE(expire());
  CHECK(one.events.count().buffer_bytes == 0);
  CHECK(one.publish().at.ordinal == 2);
}

TEST_CASE("a poll that may not wait makes no category and pins none", "[heart]") {
  heart one;
  one.publish("a");
  CHECK(count(one.hubs[0]->peek(since(0, {"a"}), one.now)) == 1);
  CHECK(is_timeout(one.hubs[0]->peek(ask({"a", "b"}), one.now)));
  CHECK_FALSE(one.events.find("b"));
  CHECK(one.events.find("a")->pins == 0);
  CHECK(one.hubs[0]->lists() == 0);
}
