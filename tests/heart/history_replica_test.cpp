#include "heart/replica_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("a poll on what a replica has yet to fetch is not parked, and is answered once it is there",
          "[heart]") {
  replica one;
  const auto first = one.order("a");
  CHECK(one.events.count().categories == 0);  // nobody has asked for it
  CHECK(one.lacks(ask({"a"})));
  CHECK(one.lacks(since(0)));
  CHECK(one.hubs[0]->peek(since(0), one.now) == nullptr);
  one.fill("a");
  const auto got = one.look(since(0));
  CHECK(has(got, first));
  CHECK_FALSE(has_gap(got));
  test_poll waits;
  CHECK_FALSE(one.subscribe(waits, next(got)));
  CHECK(waits.is_parked());
  const auto second = one.order("a");
  CHECK(has(one.due(waits), second));
}

TEST_CASE("a position ahead of what a replica has waits until it has that", "[heart]") {
  replica one;
  one.order("a");
  one.fill("a");
  const auto seen = one.order("a", true);  // another node has given it
  CHECK(one.lacks(after(seen)));
  CHECK(one.lacks(since(seen.at.ms)));
  CHECK(one.lacks(after({seen.at, seen.epoch + 1})));
  history::publication done;
  CHECK(one.events.apply("a", one.made("a", seen), false, done));
  test_poll waits;
  CHECK_FALSE(one.subscribe(waits, after(seen)));
  CHECK(waits.is_parked());
  const auto third = one.order("a");
  const auto got = one.due(waits);
  CHECK(count(got) == 1);
  CHECK(has(got, third));
  CHECK_FALSE(has_gap(got));
  CHECK_FALSE(one.lacks(since(third.at.ms + 1), true));  // it is as far as can be
}

TEST_CASE("what a replica has missed is fetched, and polls that wait get all of it, and no gap", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.fill("a");
  test_poll waits, leaves;
  one.subscribe(waits, after(first));
  one.subscribe(leaves, after(first));
  const auto second = one.order("a", true);
  const auto third = one.order("a");
  CHECK_FALSE(one.is_well);
  CHECK(one.events.awaited() == std::vector<std::string>{"a"});
  CHECK(one.is_quiet());
  const auto ended = one.time_out(waits);  // which it was given nothing, and goes on where it was
  CHECK(next(ended).cursor[0] == first);
  CHECK_FALSE(has_gap(ended));
  one.fill("a");
  CHECK(one.events.awaited().empty());
  const auto got = one.due(leaves);
  CHECK(count(got) == 2);
  CHECK(has(got, second));
  CHECK(has(got, third));
  CHECK_FALSE(has_gap(got));
  CHECK(count(one.look(next(ended))) == 2);
}

TEST_CASE("a replica that has lost track fetches everything again", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.order("b");
  one.fill("a");
  one.fill("b");
  test_poll waits;
  one.subscribe(waits, after(first));
  const auto second = one.order("a", true);
  history::publication done;
  one.events.lose_track(done);
  CHECK(one.events.count().categories == 1);  // the one that somebody waits for
  CHECK(one.lacks(since(0)));
  CHECK(one.lacks(since(0, {"b"})));
  one.fill("a");
  const auto got = one.due(waits);
  CHECK(has(got, second));
  CHECK_FALSE(has_gap(got));
}

TEST_CASE("another history is a gap for everybody, also for those who wait", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.fill("a");
  test_poll waits, leaves;
  one.subscribe(waits, after(first));
  one.subscribe(leaves, after(first));
  one.now.wall += 10;
  one.follow(8, {one.now.wall, one.n + 1000});
  CHECK(one.is_quiet());  // a gap alone ends no poll
  const auto ended = one.time_out(waits);
  CHECK(has_gap(ended));
  CHECK(one.lacks(after(first)));
  const auto second = one.order("a");
  one.fill("a");
  const auto got = one.due(leaves);
  CHECK(count(got) == 1);
  CHECK(has(got, second));
  CHECK(has_gap(got));
  test_poll late;
  late.by = one.hubs[0].get();
  const auto all = *one.hubs[0]->subscribe(late, after(first), one.now, true, true);
  CHECK(has(all, second));
  CHECK(has_gap(all));
}

TEST_CASE("beyond the memory a replica lets go of categories, and tells no gap", "[heart]") {
  config of;
  of.max_categories = 2;
  replica one(of);
  for (const char* name : {"a", "b", "c"}) {
    one.order(name);
    one.order(name);
    one.fill(name);
  }
  CHECK(one.events.count().categories == 2);
  CHECK(one.lacks(since(0)));
  one.fill("a");
  const auto got = one.look(since(0));
  CHECK(count(got) == 2);
  CHECK_FALSE(has_gap(got));
}

TEST_CASE("whoever waits for a category that begins late is told of no gap, but who was away too long is",
          "[heart]") {
  replica one;
  one.order("other");
  one.fill("late");
  const auto begun = one.look(since(0, {"late"}));
  CHECK_FALSE(has_gap(begun));
  test_poll waits;
  one.subscribe(waits, next(begun, {"late"}));
  one.order("other");
  const auto first = one.order("late");
  const auto got = one.due(waits);
  CHECK(has(got, first));
  CHECK_FALSE(has_gap(got));
  CHECK_FALSE(has_gap(one.look(next(begun, {"late"}))));
  // Elsewhere, as of a start after which something may have been forgotten.
  replica away;
  away.kept = one.kept;
  away.n = one.n;
  away.now = one.now;
  away.fill("late", one.now.wall);
  const auto old = away.look(next(begun, {"late"}));
  CHECK(has(old, first));
  CHECK(has_gap(old));
}

TEST_CASE("what was purged is a gap for whoever had not seen it", "[heart]") {
  replica one;
  const auto first = one.order("a");
  const auto second = one.order("a");
  one.fill("a");
  history::publication done;
  one.events.apply_purge("a", second.at.ordinal, done.discarded);
  CHECK(has_gap(one.look(after(first))));
  CHECK_FALSE(has_gap(one.look(after(second))));
  CHECK(one.events.count().buffer_bytes == 0);
}

TEST_CASE("a ring that has let go of events is exact about those it has", "[parts]") {
  const auto make = [](unix_ms ms, std::uint64_t ordinal) {
    auto draft = wire::make_draft("a", "\"a\"", "1");
    wire::finish_event(*draft.text, {{ms, ordinal}, 1});
    return event_ptr(draft.text);
  };
  event_ring ring({5, 10});
  for (std::uint64_t i = 11; i <= 14; ++i) {
    ring.reserve();
    ring.push(make(static_cast<unix_ms>(i), i));
  }
  CHECK(ring.whole_after() == 0);
  discarded_events gone;
  CHECK(ring.let_go(2, gone) > 0);
  CHECK(ring.whole_after() == 12);
  CHECK(ring.lost() == position{5, 10});
  CHECK(ring.before(0) == position{12, 12});
  ring.let_go(2, gone);
  CHECK(ring.whole_after() == 14);
  CHECK(ring.last() == position{14, 14});
  ring.reserve();
  ring.push(make(15, 15));
  CHECK(ring.whole_after() == 14);
  CHECK(ring.before(0) == position{14, 14});
  ring.lose(1, gone);
  CHECK(ring.whole_after() == 0);  // what is lost is kept nowhere
}
