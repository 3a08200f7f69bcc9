#include "longpolld/thread/event_log.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <thread>

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

std::vector<wire::draft> drafts(std::initializer_list<const char*> names) {
  std::vector<wire::draft> made;
  for (const char* name : names) made.push_back({name, "\"c\"", "1"});
  return made;
}

/// A log whose wakes are counted and whose clock stands.
struct bench {
  config limits;
  std::vector<std::size_t> woken;
  std::vector<std::string> reached;
  moment now{steady_time(1h), 1'000'000};
  event_log log;

  explicit bench(std::size_t shards = 2, config of = {})
      : limits(std::move(of)),
        log(
            limits, shards, 7, now, [this](std::size_t shard) { woken.push_back(shard); },
            [this](std::string_view option) { reached.emplace_back(option); }) {}

  outcome<event_ids> publish(std::initializer_list<const char*> names, std::size_t own = 0) {
    return log.publish(drafts(names), own, now);
  }
  std::vector<log_entry> read(std::size_t shard) {
    std::vector<log_entry> entries;
    log.read(shard, entries);
    return entries;
  }
  auto attend(std::size_t shard, std::string_view name) { return log.attend(shard, std::array{name}, now); }
};

}  // namespace

TEST_CASE("ordinals of a category count without a hole and stamps increase", "[thread]") {
  bench one;
  const auto ids = *one.publish({"a", "b", "a", "a"});
  CHECK(ids[0].at.ordinal == 1);
  CHECK(ids[1].at.ordinal == 1);
  CHECK(ids[2].at.ordinal == 2);
  CHECK(ids[3].at.ordinal == 3);
  CHECK(ids[0].at.ms < ids[2].at.ms);
  CHECK(ids[2].at.ms < ids[3].at.ms);
}

TEST_CASE("events of two categories have different ids even when time and ordinal are the same", "[thread]") {
  bench one;
  const auto ids = *one.publish({"a", "b"});
  CHECK(ids[0].at == ids[1].at);
  CHECK(to_text(ids[0]) != to_text(ids[1]));
}

TEST_CASE("every shard reads the same entries in the same order", "[thread]") {
  bench one;
  CHECK(one.publish({"a", "b"}).has_value());
  CHECK(one.publish({"a"}).has_value());
  const auto first = one.read(0);
  const auto second = one.read(1);
  REQUIRE(first.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(first[i].what == second[i].what);
  CHECK(one.read(0).empty());
}

TEST_CASE("a publish wakes only the shards that attend its category, once", "[thread]") {
  bench one(4);
  REQUIRE(one.attend(2, "a"));
  REQUIRE(one.attend(3, "b"));
  CHECK(one.publish({"a"}).has_value());
  CHECK(one.woken == std::vector<std::size_t>{2});
  CHECK(one.publish({"a"}).has_value());
  CHECK(one.woken == std::vector<std::size_t>{2});
}

TEST_CASE("a publish does not wake the shard it came from", "[thread]") {
  bench one;
  REQUIRE(one.attend(0, "a"));
  CHECK(one.publish({"a"}, 0).has_value());
  CHECK(one.woken.empty());
}

TEST_CASE("a shard that is behind can neither attend nor be given a promise", "[thread]") {
  bench one;
  CHECK(one.publish({"a"}).has_value());
  CHECK_FALSE(one.attend(1, "a"));
  CHECK_FALSE(one.log.promise(1, one.now));
  CHECK(one.read(1).size() == 1);
  const auto learnt = one.attend(1, "a");
  REQUIRE(learnt);
  CHECK(learnt->tails[0].second.ordinal == 1);
}

TEST_CASE("a shard that lags by hundreds of entries is woken", "[thread]") {
  bench one;
  for (int i = 0; i < 300; ++i) {
    CHECK(one.publish({"a"}).has_value());
    one.read(0);
  }
  CHECK_FALSE(one.woken.empty());
  CHECK(one.woken[0] == 1);
}

TEST_CASE("no event is stamped at or before a promise", "[thread]") {
  bench one(1);
  const auto promise = one.log.promise(0, one.now);
  REQUIRE(promise);
  CHECK(one.publish({"a"})->at(0).at.ms > *promise);
}

TEST_CASE("a category without events and without polls leaves nothing behind", "[thread]") {
  bench one;
  const auto learnt = one.attend(0, "a");
  REQUIRE(learnt);
  one.log.leave(0, std::array{learnt->tails[0].first});
  CHECK(one.log.count().categories == 0);
  CHECK(one.attend(0, "a")->tails[0].first != learnt->tails[0].first);
}

TEST_CASE("the least recently used idle category is forgotten and raises the floor", "[thread]") {
  config limits;
  limits.max_categories = 2;
  bench one(1, limits);
  for (int i = 0; i < 5; ++i) CHECK(one.publish({"old"}).has_value());
  CHECK(one.publish({"young"}).has_value());
  one.read(0);
  CHECK(one.publish({"new"})->at(0).at.ordinal == 6);
  const auto entries = one.read(0);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].is == log_entry::kind::forgotten);
  CHECK(*entries[0].category == "old");
  CHECK(one.log.count().categories == 2);
  CHECK(one.publish({"old"})->at(0).at.ordinal == 6);
}

TEST_CASE("a publish for which no category can be forgotten is refused whole", "[thread]") {
  config limits;
  limits.max_categories = 2;
  bench one(1, limits);
  CHECK(one.publish({"a", "b"}).has_value());
  one.read(0);
  REQUIRE(one.attend(0, "a"));
  REQUIRE(one.attend(0, "b"));
  CHECK(one.publish({"c"}).error().status == 503);
  CHECK(one.publish({"a", "c"}).error().status == 503);
  CHECK(one.read(0).empty());
  CHECK(one.publish({"a", "b"}).has_value());
  CHECK(one.publish({"c"}).has_value());
}

TEST_CASE("the byte budget drops the least recently used idle category first", "[thread]") {
  config limits;
  limits.max_buffer_bytes = 4096;
  bench one(1, limits);
  CHECK(one.publish({"idle"}).has_value());
  one.read(0);
  for (int i = 0; i < 30; ++i) CHECK(one.publish({"hot"}).has_value());
  CHECK(one.log.count().buffer_bytes <= 4096);
  const auto entries = one.read(0);
  const auto dropped = std::find_if(entries.begin(), entries.end(),
                                    [](auto& entry) { return entry.is == log_entry::kind::dropped; });
  REQUIRE(dropped != entries.end());
  CHECK(*dropped->category == "idle");
  CHECK(one.publish({"idle"})->at(0).at.ordinal == 2);
}

TEST_CASE("what a budget costs is told under the budget's name, once a publish", "[thread]") {
  config limits;
  limits.max_buffer_bytes = 4096;
  limits.max_categories = 2;
  bench one(1, limits);
  CHECK(one.publish({"a", "b"}).has_value());
  CHECK(one.reached.empty());
  CHECK(one.publish({"c", "d"}).has_value());
  CHECK(one.reached == std::vector<std::string>{"max_categories"});
  one.reached.clear();
  while (one.log.count().dropped_events == 0) CHECK(one.publish({"d", "d"}).has_value());
  CHECK(one.reached == std::vector<std::string>{"max_buffer_bytes"});
}

TEST_CASE("events expire in the log's books too", "[thread]") {
  config limits;
  limits.event_time_to_live_seconds = 10;
  bench one(1, limits);
  CHECK(one.publish({"a"}).has_value());
  CHECK(one.log.count().buffer_bytes > 0);
  one.now.steady += 9s;
  one.log.expire(one.now);
  CHECK(one.log.count().buffer_bytes > 0);
  one.now.steady += 2s;
  CHECK_FALSE(one.log.expire(one.now));
  CHECK(one.log.count().buffer_bytes == 0);
  CHECK(one.publish({"a"})->at(0).at.ordinal == 2);
}

TEST_CASE("publishers on many threads get one order", "[thread]") {
  bench one(1);
  std::vector<std::thread> publishers;
  for (int i = 0; i < 4; ++i) {
    publishers.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) static_cast<void>(one.log.publish(drafts({"a"}), 0, one.now));
    });
  }
  std::uint64_t seen = 0;
  while (seen < 4000) {
    for (const auto& entry : one.read(0)) REQUIRE(entry.what->at.ordinal == ++seen);
  }
  for (auto& publisher : publishers) publisher.join();
}
