#include "history/mixed_run.hpp"
#include "support/catch.hpp"
#include "support/node.hpp"

#include <set>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::vector<std::unique_ptr<node>> nodes(std::size_t count, config of) {
  std::vector<std::unique_ptr<node>> made;
  for (std::size_t i = 0; i < count; ++i) {
    of.threads = static_cast<config::number>(i + 1);
    made.push_back(std::make_unique<node>(of));
    REQUIRE(made.back()->becomes(200));
  }
  return made;
}

trace run(const std::vector<std::unique_ptr<node>>& at) {
  std::vector<std::uint16_t> ports;
  for (const auto& one : at) ports.push_back(one->port());
  return mixed_run(ports, 8, 2);
}

}  // namespace

TEST_CASE("nothing is lost, doubled or reordered over several nodes of one history", "[history]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  auto of = node_of(redis);
  of.max_event_buffer_size = 10'000;
  const auto seen = run(nodes(GENERATE(2U, 3U), of));
  check_clean(seen);
  CHECK(seen.gaps() == 0);
}

TEST_CASE("what a small buffer loses is told as a gap, by several nodes of one history", "[history]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  auto of = node_of(redis);
  of.max_event_buffer_size = 10;
  const auto at = nodes(2, of);
  const auto seen = run(at);
  check_clean(seen);
  std::set<std::string> ids;
  for (const auto& one : seen.published()) {
    if (one.category == "farm") ids.insert(one.id);
  }
  // Those who read along may have been fast enough.
  for (const auto& one : at) CHECK(node::has_gap(one->poll("farm", "&cursor=" + *ids.begin())));
}
