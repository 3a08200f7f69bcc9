#include "longpolld/thread/io/memory_reserve.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

constexpr std::int64_t least = freed_memory::bytes_least;
constexpr steady_time begin{std::chrono::hours(1)};

}  // namespace

TEST_CASE("memory is given back once much less is held than at the most", "[thread]") {
  freed_memory freed;
  CHECK_FALSE(freed.is_due(least - 1, 0, begin));
  CHECK(freed.is_due(least, 0, begin));
  CHECK_FALSE(freed.is_due(0, 0, begin + freed_memory::pause));
}

TEST_CASE("memory is given back at most once in a pause, including what was freed during the pause",
          "[thread]") {
  freed_memory freed;
  CHECK(freed.is_due(2 * least, least, begin));
  CHECK_FALSE(freed.is_due(3 * least, 0, begin + std::chrono::seconds(1)));
  CHECK_FALSE(freed.is_due(0, 0, begin + std::chrono::seconds(2)));
  CHECK(freed.is_due(0, 0, begin + freed_memory::pause));
}
