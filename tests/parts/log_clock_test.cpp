#include "longpolld/parts/log_clock.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

moment at(std::int64_t steady_ms, unix_ms wall) {
  return {steady_time(std::chrono::milliseconds(steady_ms)), wall};
}

}  // namespace

TEST_CASE("the log's clock follows the wall clock and never steps back", "[parts]") {
  log_clock clock;
  CHECK(clock.read(at(0, 1'000'000)) == 1'000'000);
  CHECK(clock.read(at(10, 1'000'010)) == 1'000'010);
  CHECK(clock.read(at(20, 400'000)) >= 1'000'010);
}

TEST_CASE("after the wall clock was set back the log's clock goes on, slower, until it is caught up",
          "[parts]") {
  log_clock clock;
  clock.read(at(0, 1'000'000));
  clock.read(at(0, 992'000));
  CHECK(clock.read(at(8'000, 1'000'000)) == 1'007'000);
  CHECK(clock.read(at(63'000, 1'055'000)) == 1'055'125);
  CHECK(clock.read(at(64'000, 1'056'000)) == 1'056'000);
}

TEST_CASE("stamps of a category strictly increase up to a second ahead of the clock", "[parts]") {
  log_clock clock;
  const unix_ms now = clock.read(at(0, 1'000'000));
  unix_ms last = 0;
  for (int i = 0; i <= 1000; ++i) {
    const unix_ms next = clock.stamp(now, last);
    REQUIRE(next > last);
    last = next;
  }
  CHECK(last == now + 1000);
  CHECK(clock.stamp(now, last) == last);
}

TEST_CASE("no stamp is at or before a promise", "[parts]") {
  log_clock clock;
  const unix_ms now = clock.read(at(0, 1'000'000));
  clock.promise(now);
  CHECK(clock.stamp(now, 0) == now + 1);
  clock.promise(now + 2000);
  CHECK(clock.stamp(now, 0) == now + 2001);
}
