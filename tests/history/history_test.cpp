#include "history/mixed_run.hpp"
#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

trace run(const config& of) {
  test_server server(of);
  return mixed_run({server.port()}, 16, 3);  // 16 × 15 in a category and round: below its 1,000 a second
}

config history_config(int threads) {
  auto of = test_config();
  of.threads = threads;
  of.max_event_buffer_size = 10'000;
  return of;
}

}  // namespace

TEST_CASE("nothing is lost, doubled or reordered on one thread", "[history]") {
  const auto seen = run(history_config(1));
  check_clean(seen);
  CHECK(seen.gaps() == 0);
}

TEST_CASE("nothing is lost, doubled or reordered on two threads", "[history]") {
  const auto seen = run(history_config(2));
  check_clean(seen);
  CHECK(seen.gaps() == 0);
}

TEST_CASE("nothing is lost, doubled or reordered on eight threads", "[history]") {
  const auto seen = run(history_config(8));
  check_clean(seen);
  CHECK(seen.gaps() == 0);
}

TEST_CASE("what a small buffer loses is told as a gap, on two threads", "[history]") {
  auto of = history_config(2);
  of.max_event_buffer_size = 5;
  const auto seen = run(of);
  check_clean(seen);
  CHECK(seen.gaps() > 0);
}
