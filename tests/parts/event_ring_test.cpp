#include "longpolld/parts/event_ring.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <vector>

using namespace longpolld;

namespace {

event_ptr make(std::uint64_t ordinal, unix_ms ms = 0, int published = 0) {
  auto made = event::make(1);
  made->at = {ms == 0 ? static_cast<unix_ms>(1000 + ordinal) : ms, ordinal};
  made->published = steady_time(std::chrono::seconds(published));
  return made;
}

void push(event_ring& ring, event_ptr next) {
  ring.reserve();
  ring.push(std::move(next));
}

/// A ring that keeps ten.
event_ring filled(std::uint64_t count) {
  event_ring ring({1000, 0});
  discarded_events discarded;
  for (std::uint64_t i = 1; i <= count; ++i) {
    push(ring, make(i));
    if (ring.size() > 10) ring.lose(1, discarded);
  }
  return ring;
}

std::vector<std::uint64_t> ordinals(const event_ring& of) {
  std::vector<std::uint64_t> all;
  for (std::size_t i = 0; i < of.size(); ++i) all.push_back(of[i]->at.ordinal);
  return all;
}

using list = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a ring knows the last event it lost and the last it was given", "[parts]") {
  const auto ring = filled(11);
  CHECK(ring.size() == 10);
  CHECK(ring[0]->at.ordinal == 2);
  CHECK(ring.lost().ordinal == 1);
  CHECK(ring.last().ordinal == 11);
  CHECK(filled(10).lost().ordinal == 0);
}

TEST_CASE("a ring whose last events are gone finds what comes behind them", "[parts]") {
  event_ring ring({1000, 0});
  for (std::uint64_t i = 1; i <= 4; ++i) push(ring, make(i));
  ring.go_on_from({1005, 5}, 0);  // as after a restart: the fifth was taken
  push(ring, make(6));
  CHECK(ring.after(2) == 2);
  CHECK(ring.after(3) == 3);
  CHECK(ring.after(4) == 4);
  CHECK(ring.after(5) == 4);
  CHECK(ring.after(6) == 5);
}

TEST_CASE("what a ring has behind another's last goes over to that", "[parts]") {
  auto from = filled(12), to = filled(9);
  const auto bytes = from.bytes() + to.bytes();
  to.reserve(3);
  to.push_newer(from);
  CHECK(ordinals(to) == list{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(ordinals(from) == list{3, 4, 5, 6, 7, 8, 9});
  CHECK(to.last().ordinal == 12);
  CHECK(from.bytes() + to.bytes() == bytes);
  CHECK(to.after(9) == 9);
  to.push_newer(from);
  CHECK(from.size() == 7);
}

TEST_CASE("a ring finds the events after an ordinal, from a timestamp on, and published after a time",
          "[parts]") {
  const auto ring = filled(20);
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
  event_ring timed;
  for (int i = 1; i <= 5; ++i) push(timed, make(static_cast<std::uint64_t>(i), 0, i));
  CHECK(timed.published_after(steady_time(std::chrono::seconds(0))) == 0);
  CHECK(timed.published_after(steady_time(std::chrono::seconds(3))) == 3);
  CHECK(timed.published_after(steady_time(std::chrono::seconds(9))) == 5);
}

TEST_CASE("the position before an index is where a reader stands that has not had that event", "[parts]") {
  auto ring = filled(12);
  discarded_events discarded;
  CHECK(ring.before(0).ordinal == 2);
  CHECK(ring.before(1).ordinal == 3);
  CHECK(ring.before(10).ordinal == 12);
  ring.lose(10, discarded);
  CHECK(ring.empty());
  CHECK(ring.before(0).ordinal == 12);
}

TEST_CASE("taken events leave a hole that is not a loss, wherever they stood", "[parts]") {
  for (std::size_t begin = 0; begin <= 10; ++begin) {
    for (std::size_t count = 0; begin + count <= 10; ++count) {
      CAPTURE(begin, count);
      auto ring = filled(17);  // so that its places have gone round
      discarded_events discarded;
      list left;
      for (std::uint64_t i = 0; i < 10; ++i) {
        if (i < begin || i >= begin + count) left.push_back(8 + i);
      }
      CHECK((ring.take(begin, count, discarded) > 0) == (count > 0));
      CHECK(ordinals(ring) == left);
      CHECK(ring.lost().ordinal == 7);
      CHECK(ring.last().ordinal == 17);
      for (std::uint64_t after = 6; after < 19; ++after) {
        const auto first = std::find_if(left.begin(), left.end(), [&](auto one) { return one > after; });
        CHECK(ring.after(after) == static_cast<std::size_t>(first - left.begin()));
      }
      push(ring, make(18));
      left.push_back(18);
      CHECK(ordinals(ring) == left);
      CHECK(ring.after(17) == left.size() - 1);
    }
  }
}

TEST_CASE("an ordinal that was never published leaves a hole too", "[parts]") {
  auto ring = filled(2);
  for (const std::uint64_t ordinal : {4U, 5U, 9U}) push(ring, make(ordinal));
  CHECK(ring.after(1) == 1);
  CHECK(ring.after(2) == 2);
  CHECK(ring.after(3) == 2);
  CHECK(ring.after(4) == 3);
  CHECK(ring.after(5) == 4);
  CHECK(ring.before(4).ordinal == 5);
  CHECK(ring.lost().ordinal == 0);
}

TEST_CASE("bytes freed are those that were added, and discarded events live until they are let go",
          "[parts]") {
  auto ring = filled(10);
  const auto last = ring[9];
  const auto each = last->cost_bytes();
  {
    discarded_events discarded;
    CHECK(ring.lose(3, discarded) == 3 * each);
    CHECK(ring.take(1, 2, discarded) == 2 * each);
    CHECK(ring.lose_all(discarded) == 5 * each);
    CHECK(ring.empty());
    CHECK(ring.lost().ordinal == 10);
    CHECK(ring.lose_all(discarded) == 0);
  }
  CHECK(last->at.ordinal == 10);
  push(ring, make(11));
  CHECK(ordinals(ring) == list{11});
}

TEST_CASE("a ring holds no more than four places for each event that is left", "[parts]") {
  event_ring ring;
  discarded_events discarded;
  for (std::uint64_t i = 1; i <= 5'000; ++i) push(ring, make(i));
  CHECK(ring.capacity() == 8'192);
  ring.take(1, 3'000, discarded);
  CHECK(ring.capacity() <= 4 * ring.size());
  ring.lose(1'990, discarded);
  CHECK(ring.size() == 10);
  CHECK(ring.capacity() <= 40);
  CHECK(ring[9]->at.ordinal == 5'000);
  CHECK(ring.after(4'999) == 9);
}
