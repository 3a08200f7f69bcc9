#include "longpolld/thread/gather.hpp"

#include "support/catch.hpp"

#include <numeric>

using namespace longpolld;

namespace {

std::size_t one_each(shard&) noexcept { return 1; }

/// Moves only, and says where it was when it went.
struct token {
  std::thread::id* gone_on;
  explicit token(std::thread::id& where) : gone_on(&where) {}
  token(token&& other) noexcept : gone_on(std::exchange(other.gone_on, nullptr)) {}
  ~token() {
    if (gone_on) *gone_on = std::this_thread::get_id();
  }
};

}  // namespace

TEST_CASE("the answers of all shards come together on the asker's thread, once", "[thread]") {
  config limits;
  limits.threads = GENERATE(1, 2, 8);
  shard_pool pool(limits, [](config::limit) {});
  pool.start([](const std::exception&) {});
  boost::asio::io_context asker;
  for (int round = 0; round < 200; ++round) {
    int answers = 0;
    std::thread::id gone_on;
    gather(pool, asker, one_each, [&, held = token(gone_on)](const std::vector<std::size_t>& parts) {
      ++answers;
      CHECK(std::accumulate(parts.begin(), parts.end(), std::size_t{0}) == pool.size());
      CHECK(held.gone_on != nullptr);
    });
    auto work = boost::asio::make_work_guard(asker);
    while (answers == 0) asker.run_one();
    CHECK(answers == 1);
    CHECK(gone_on == std::this_thread::get_id());
    work.reset();
    asker.restart();
  }
  pool.stop();
}

TEST_CASE("a pool that stops before it answers drops the question", "[thread]") {
  config limits;
  limits.threads = 2;
  std::thread::id gone_on;
  {
    boost::asio::io_context asker;
    shard_pool pool(limits, [](config::limit) {});
    gather(pool, asker, one_each,
           [held = token(gone_on)](const std::vector<std::size_t>&) { FAIL("answered"); });
  }
  CHECK(gone_on == std::this_thread::get_id());
}
