#include "longpolld/parts/tally.hpp"

#include "support/catch.hpp"

#include <numeric>

using namespace longpolld;
using namespace std::chrono_literals;

TEST_CASE("a time counts under the first bound that is not below it", "[parts]") {
  time_tally times;
  times.add(50us);
  times.add(51us);
  times.add(10s, 3);
  times.add(11s);
  times.add(-1s);
  time_counts counts;
  times.add_to(counts);
  CHECK(counts.times[0] == 2);
  CHECK(counts.times[1] == 1);
  CHECK(counts.times[time_counts::bounds.size() - 1] == 3);
  CHECK(counts.times.back() == 1);
  CHECK(counts.sum == 50us + 51us + 30s + 11s);
}

TEST_CASE("counts of several are added", "[parts]") {
  time_tally one, two;
  one.add(1ms);
  two.add(1ms, 2);
  time_counts counts;
  one.add_to(counts);
  two.add_to(counts);
  CHECK(std::accumulate(counts.times.begin(), counts.times.end(), std::int64_t{0}) == 3);
  CHECK(counts.sum == 3ms);
}

TEST_CASE("bounds rise", "[parts]") {
  CHECK(std::is_sorted(time_counts::bounds.begin(), time_counts::bounds.end(), std::less_equal<>()));
}
