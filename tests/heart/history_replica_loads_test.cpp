#include "heart/replica_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

// Loads that come late, and what is promised before they come.

TEST_CASE("a load that is older than what has come since takes nothing of that away", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.order("a");
  const auto third = one.order("a");
  one.fill("a");
  test_poll waits;
  REQUIRE_FALSE(one.subscribe(waits, after(third)));
  one.let_go_of_all_but("b");
  REQUIRE(one.lacks(after(first)));  // is loaded from here on
  const auto fourth = one.order("a");
  one.fill("a", 0, 1);
  CHECK(has(one.due(waits), fourth));
  const auto all = one.look(after(first));
  CHECK(count(all) == 3);
  CHECK(has(all, fourth));
  CHECK_FALSE(has_gap(all));
  const auto fifth = one.order("a");
  CHECK(count(one.look(after(fourth))) == 1);
  CHECK(has(one.look(after(fourth)), fifth));
}

TEST_CASE("a load that is older than what was let go of since counts for nothing", "[heart]") {
  replica one;
  const auto first = one.order("a");
  const auto second = one.order("a");
  one.fill("a");
  test_poll waits, goes_on;
  REQUIRE_FALSE(one.subscribe(waits, after(second)));
  one.let_go_of_all_but("b");
  one.order("a");
  const auto fourth = one.order("a");
  CHECK(count(one.due(waits)) == 2);
  REQUIRE_FALSE(one.subscribe(goes_on, after(fourth)));
  one.let_go_of_all_but("b");
  one.fill("a", 0, 2);
  CHECK(one.lacks(after(first)));
  one.fill("a");
  CHECK(count(one.look(after(first))) == 3);
}

TEST_CASE("what came and was let go of while a load was under way is told as a gap, if that lacks it",
          "[heart]") {
  replica one;
  const auto first = one.order("a");
  const auto second = one.order("a");
  one.fill("a");
  {
    test_poll waits;
    REQUIRE_FALSE(one.subscribe(waits, after(second)));
    one.let_go_of_all_but("b");
    one.order("a");
    CHECK(count(one.due(waits)) == 1);
  }
  one.let_go_of_all_but("b");  // nobody waits any more: it is cold
  one.fill("a", 0, 1);
  CHECK(has_gap(one.look(after(first))));
}

TEST_CASE("who waits for what a replica has missed is not promised the time of that", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.fill("a");
  test_poll waits;
  one.subscribe(waits, after(first));
  const auto second = one.order("a", true);
  one.order("a");  // shows that it has missed one
  history::publication done;
  one.events.keeps_time(one.now.wall + 1000);
  one.now.wall += 500;
  const auto ended = one.time_out(waits);
  const auto time = read(ended).at("timestamp").as_int64();
  CHECK(time < second.at.ms);
  one.fill("a");
  CHECK(count(one.look(since(time))) == 2);
}
