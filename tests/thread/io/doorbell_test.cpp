#include "longpolld/thread/io/doorbell.hpp"

#include "support/catch.hpp"

#include <thread>
#include <vector>

using namespace longpolld;

namespace {

struct bench {
  boost::asio::io_context context{1};
  int batches = 0;
  readiness watching{context, [] {}, [this] { ++batches; }};
  doorbell bell{watching};

  bench() {
    turn();  // what the system tells of a descriptor that is new
    batches = 0;
  }
  void turn() {
    context.restart();
    for (int i = 0; i < 3; ++i) context.poll_one();
  }
};

}  // namespace

TEST_CASE("a ring is heard once, and the next one again", "[thread]") {
  bench one;
  for (int i = 0; i < 3; ++i) {
    one.batches = 0;
    one.bell.ring();
    one.bell.ring();
    one.turn();
    CHECK(one.batches == 1);
  }
}

TEST_CASE("without a ring nothing is heard", "[thread]") {
  bench one;
  one.turn();
  CHECK(one.batches == 0);
}

TEST_CASE("whatever a thread wrote before it rang is visible when the ring is heard", "[thread]") {
  constexpr int rings = 10'000;
  std::atomic<int> done{0};
  int seen = 0;
  boost::asio::io_context context{1};
  readiness watching{context, [] {}, [&] { seen = done; }};
  doorbell bell{watching};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < rings; ++k) {
        ++done;
        bell.ring();
      }
    });
  }
  while (seen < 2 * rings) context.run_one();
  for (auto& one : threads) one.join();
  CHECK(seen == 2 * rings);
}
