#include "longpolld/parts/event_ring.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

event_ptr make(std::uint64_t ordinal, unix_ms ms = 0, int published = 0) {
  auto made = event::make(1);
  made->at = {ms == 0 ? static_cast<unix_ms>(1000 + ordinal) : ms, ordinal};
  made->published = steady_time(std::chrono::seconds(published));
  return made;
}

event_ring filled(std::uint64_t count, std::size_t cap) {
  event_ring ring({1000, 0});
  for (std::uint64_t i = 1; i <= count; ++i) ring.push(make(i), cap);
  return ring;
}

}  // namespace

TEST_CASE("a ring keeps the newest events up to its cap and knows the last it lost", "[parts]") {
  const auto ring = filled(11, 10);
  CHECK(ring.size() == 10);
  CHECK(ring[0]->at.ordinal == 2);
  CHECK(ring.lost().ordinal == 1);
  CHECK(ring.last().ordinal == 11);
  CHECK(filled(10, 10).lost().ordinal == 0);
}

TEST_CASE("a ring finds what comes after an ordinal and from a time", "[parts]") {
  const auto ring = filled(20, 10);
  CHECK(ring.after(0) == 0);
  CHECK(ring.after(10) == 0);
  CHECK(ring.after(11) == 1);
  CHECK(ring.after(19) == 9);
  CHECK(ring.after(20) == 10);
  CHECK(ring.after(99) == 10);
  CHECK(ring.from_time(0) == 0);
  CHECK(ring.from_time(1011) == 0);
  CHECK(ring.from_time(1012) == 1);
  CHECK(ring.from_time(1021) == 10);
}

TEST_CASE("the position before an index is where a reader stands that has not had that event", "[parts]") {
  auto ring = filled(12, 10);
  CHECK(ring.before(0).ordinal == 2);
  CHECK(ring.before(1).ordinal == 3);
  CHECK(ring.before(10).ordinal == 12);
  ring.lose_through(12);
  CHECK(ring.empty());
  CHECK(ring.before(0).ordinal == 12);
}

TEST_CASE("a taken event leaves a hole that is not a loss", "[parts]") {
  auto ring = filled(3, 10);
  CHECK(ring.take(2) > 0);
  CHECK(ring.take(2) == 0);
  CHECK(ring.take(9) == 0);
  CHECK(ring.size() == 2);
  CHECK(ring.after(1) == 1);
  CHECK(ring.after(2) == 1);
  CHECK(ring.take(1) > 0);
  CHECK(ring.lost().ordinal == 0);
}

TEST_CASE("an ordinal that was never published leaves a hole too", "[parts]") {
  auto ring = filled(2, 10);
  for (const std::uint64_t ordinal : {4U, 5U, 9U}) ring.push(make(ordinal), 10);
  CHECK(ring.after(1) == 1);
  CHECK(ring.after(2) == 2);
  CHECK(ring.after(3) == 2);
  CHECK(ring.after(4) == 3);
  CHECK(ring.after(5) == 4);
  CHECK(ring.before(4).ordinal == 5);
  CHECK(ring.lost().ordinal == 0);
}

TEST_CASE("expiry takes from the oldest on and counts as loss", "[parts]") {
  event_ring ring;
  ring.push(make(1, 0, 5), 10);
  ring.push(make(2, 0, 6), 10);
  CHECK_FALSE(ring.lose_expired(steady_time(std::chrono::seconds(4))));
  CHECK(ring.lose_expired(steady_time(std::chrono::seconds(5))));
  CHECK_FALSE(ring.lose_expired(steady_time(std::chrono::seconds(5))));
  CHECK(ring.lost().ordinal == 1);
}
