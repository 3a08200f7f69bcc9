#include "longpolld/thread/event_log.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

/// A log that notes what it rings and reaches, and whose clock stands.
struct fixture {
  config limits;
  std::vector<std::size_t> rung;
  std::vector<std::string> reached;
  moment now{steady_time(1h), 1'000'000};
  event_log log{limits,
                4,
                7,
                now,
                [this](std::size_t shard) { rung.push_back(shard); },
                [this](config::limit limit) { reached.emplace_back(option_of(limit).name); }};

  outcome<event_ids> publish(std::initializer_list<const char*> names) {
    std::vector<wire::draft> drafts;
    for (const char* name : names) drafts.push_back(wire::make_draft(name, "\"c\"", "1"));
    shard_set to_ring;
    return log.publish(drafts, now, to_ring);
  }
};

}  // namespace

TEST_CASE("shards are rung once each, and only when their publisher says so", "[thread]") {
  fixture one;
  shard_set to_ring;
  to_ring.set(1);
  to_ring.set(3);
  CHECK(one.rung.empty());
  one.log.ring(to_ring);
  CHECK(one.rung == std::vector<std::size_t>{1, 3});
  CHECK(to_ring.none());
}

TEST_CASE("each budget that costs events is reported by its option's name, once for a publish", "[thread]") {
  fixture one;
  one.limits.max_buffer_bytes = 4096;
  one.limits.max_categories = 2;
  CHECK(one.publish({"a", "b"}).has_value());
  CHECK(one.reached.empty());
  CHECK(one.publish({"c", "d"}).has_value());
  CHECK(one.reached == std::vector<std::string>{"max_categories"});
  one.reached.clear();
  while (one.log.count().dropped_events == 0) CHECK(one.publish({"d", "d"}).has_value());
  CHECK(one.reached == std::vector<std::string>{"max_buffer_bytes"});
}

TEST_CASE("publishers on many threads get one order without a hole", "[thread]") {
  fixture one;
  std::vector<std::thread> publishers;
  std::vector<std::vector<std::uint64_t>> got(4);
  for (std::size_t i = 0; i < 4; ++i) {
    publishers.emplace_back([&, i] {
      for (int n = 0; n < 1000; ++n) got[i].push_back(one.publish({"a"})->at(0).at.ordinal);
    });
  }
  for (auto& publisher : publishers) publisher.join();
  std::vector<bool> seen(4001);
  for (const auto& all : got) {
    CHECK(std::is_sorted(all.begin(), all.end()));
    for (const auto ordinal : all) seen.at(ordinal) = true;
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == 4000);
}
