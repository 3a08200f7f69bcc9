// What a shared cache may keep of the replies to parked polls.
#include "heart/hub_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

subscribe_query cached(subscribe_query query) {
  query.replies = cacheable::all;
  return query;
}

std::string cursor_of(const body_ptr& body) { return std::string(read(body).at("cursor").as_string()); }

/// A heart in which an event of `a` was published, whose id it is.
struct with_event : heart {
  event_id first = publish();
};

}  // namespace

TEST_CASE("a timeout that a cache may keep has a cursor of its own, equal for those of one time", "[heart]") {
  with_event all;
  test_poll one, two, plain;
  CHECK_FALSE(all.subscribe(one, cached(after(all.first))));
  CHECK_FALSE(all.subscribe(two, cached(after(all.first))));
  CHECK_FALSE(all.subscribe(plain, after(all.first)));
  all.now.steady += 31s;
  body_ptr body;
  std::vector<std::string> cursors;
  while (all.hubs[0]->time_out(all.now)) {
    auto* ended = all.hubs[0]->pop_due(body);
    CHECK(is_timeout(body));
    CHECK(ended->is_cacheable() == (ended != &plain));
    if (ended == &plain) {
      CHECK(cursor_of(body) == to_text(all.first));
    } else {
      cursors.push_back(cursor_of(body));
    }
  }
  REQUIRE(cursors.size() == 2);
  CHECK(cursors[0] == cursors[1]);
  CHECK(cursors[0].find(to_text(all.first) + '~') == 0);
}

TEST_CASE("the next timeout has another cursor, and no longer one", "[heart]") {
  with_event all;
  std::string before;
  for (int i = 0; i < 5; ++i) {
    test_poll one;
    CHECK_FALSE(all.subscribe(one, cached(after(all.first))));
    all.now.steady += 30s + deadline_wheel::tick;
    const auto cursor = cursor_of(all.timed_out(one));
    CHECK(cursor != before);
    CHECK(cursor.size() <= uuid_chars + suffix_chars_max);
    before = cursor;
  }
}

TEST_CASE("events have a plain cursor, whether a cache may keep them or not", "[heart]") {
  with_event all;
  test_poll one;
  CHECK_FALSE(all.subscribe(one, cached(after(all.first))));
  const auto second = all.publish();
  const auto body = all.due(one);
  CHECK(one.is_cacheable());
  CHECK(cursor_of(body) == to_text(second));
}

TEST_CASE("of a poll that goes by time a cache may keep events, and no timeout", "[heart]") {
  with_event all;
  auto query = since(all.first.at.ms);
  query.replies = cacheable::events;
  test_poll one;
  CHECK_FALSE(all.subscribe(one, query));
  all.now.steady += 31s;
  CHECK(cursor_of(all.timed_out(one)) == to_text(all.first));
  CHECK_FALSE(one.is_cacheable());
  CHECK_FALSE(all.subscribe(one, query));
  all.publish();
  CHECK(count(all.due(one)) == 1);
  CHECK(one.is_cacheable());
}

TEST_CASE("nothing is kept of a poll that ends early, of one that is warned, or of the one after",
          "[heart]") {
  with_event all;
  test_poll one;
  CHECK_FALSE(all.subscribe(one, cached(after(all.first))));
  all.hubs[0]->hasten(one, all.now);
  all.now.steady += 1s;
  CHECK(cursor_of(all.timed_out(one)) == to_text(all.first));
  CHECK_FALSE(one.is_cacheable());

  auto ahead = since(all.now.wall + 100'000);
  ahead.replies = cacheable::events;
  CHECK_FALSE(all.subscribe(one, ahead));
  all.publish();
  static_cast<void>(all.due(one));
  CHECK_FALSE(one.is_cacheable());

  CHECK_FALSE(all.subscribe(one, cached(after(all.publish()))));
  all.publish();
  static_cast<void>(all.due(one));
  CHECK(one.is_cacheable());
  CHECK_FALSE(all.subscribe(one, after(all.publish())));
  all.publish();
  static_cast<void>(all.due(one));
  CHECK_FALSE(one.is_cacheable());
}

TEST_CASE("a timeout of several categories has one suffix behind its cursor", "[heart]") {
  with_event all;
  const auto other = all.publish("b");
  auto query = ask({"a", "b"});
  query.cursor = {all.first, other};
  test_poll one;
  CHECK_FALSE(all.subscribe(one, cached(query)));
  all.now.steady += 31s;
  const auto cursor = cursor_of(all.timed_out(one));
  CHECK(cursor.find(to_text(all.first) + ',' + to_text(other) + '~') == 0);
}
