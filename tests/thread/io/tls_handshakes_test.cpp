#include "longpolld/thread/io/tls_handshakes.hpp"

#include "support/catch.hpp"

#include <deque>
#include <memory>
#include <vector>

using namespace longpolld;

namespace {

struct one_waiting final : tls_handshakes::waiting {
  explicit one_waiting(std::vector<int>& to, int as) : done(to), number(as) {}
  void step() override { done.push_back(number); }
  std::vector<int>& done;
  int number;
};

}  // namespace

TEST_CASE("handshakes go on in the order they came, a few in each turn", "[thread][tls]") {
  int turns = 0;
  tls_handshakes line([&] { ++turns; });
  std::vector<int> done;
  std::deque<one_waiting> all;
  constexpr auto share = static_cast<int>(tls_handshakes::steps_per_turn);
  for (int i = 0; i < 2 * share + 1; ++i) line.add(all.emplace_back(done, i));
  line.add(all.front());  // it waits already
  CHECK(turns == 1);
  line.go_on();
  CHECK(done.size() == tls_handshakes::steps_per_turn);
  CHECK(turns == 2);
  line.go_on();
  line.go_on();
  CHECK(turns == 3);
  REQUIRE(done.size() == all.size());
  CHECK(std::is_sorted(done.begin(), done.end()));
}

TEST_CASE(
    "a handshake that is gone leaves the line, and a turn that could not be asked for is asked for again",
    "[thread][tls]") {
  int turns = 0;
  bool has_memory = false;
  tls_handshakes line([&] {
    if (!has_memory) throw std::bad_alloc();
    ++turns;
  });
  std::vector<int> done;
  auto gone = std::make_unique<one_waiting>(done, 1);
  CHECK_THROWS_AS(line.add(*gone), std::bad_alloc);
  gone.reset();
  has_memory = true;
  one_waiting stays(done, 2);
  line.add(stays);
  CHECK(turns == 1);
  line.go_on();
  CHECK(done == std::vector<int>{2});
}
