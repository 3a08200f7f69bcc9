#include "thread/store/journal_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

// What a restart finds. The fixture is a process; a second one on the same file is its successor.

namespace {

/// As it is after the process was killed: nothing more is written.
template <class Do>
void live(const std::string& path, moment at, const config& of, Do act) {
  kept_history one(path, at, of);
  act(one);
}
template <class Do>
void live(const std::string& path, moment at, Do act) {
  live(path, at, {}, act);
}

}  // namespace

TEST_CASE("what was committed is there after a restart, byte for byte, and numbers go on", "[thread]") {
  const folder at;
  std::vector<event_id> before;
  std::vector<std::string> texts;
  live(at / "j", first_start, [&](auto& one) {
    before = one.publish({"a", "b", "a"}, R"({"x" : [1.50,	"\u00e4"]})");
    texts = one.kept("a");
  });
  live(at / "j", later(1h), [&](auto& one) {
    CHECK(one.read.events == 3);
    CHECK(one.read.damaged == 0);
    CHECK(one.kept("a") == texts);
    const auto found = one.reach_after(before[0], "a");
    CHECK(found.end - found.index == 1);
    CHECK_FALSE(found.gap);
    const auto next = one.publish({"a", "b", "c"});
    CHECK(next[0].at.ordinal == 3);
    CHECK(next[1].at.ordinal == 2);
    CHECK(next[2].at.ordinal == 1);
    CHECK(next[0].epoch == before[0].epoch);
    CHECK(next[0].at.ms > before[2].at.ms);
  });
}

TEST_CASE("what was committed and shown to nobody is there too, and its number is not given again",
          "[thread]") {
  const folder at;
  std::vector<event_id> before;
  live(at / "j", first_start, [&](auto& one) {
    before = one.commit({"a"});
    one.events.abandon();
  });
  live(at / "j", later(1s), [&](auto& one) {
    CHECK(one.kept("a").size() == 1);
    CHECK(one.publish({"a"})[0].at.ordinal == 2);
  });
}

TEST_CASE("after a restart nothing is stamped below what was promised, though the clock was set back",
          "[thread]") {
  const folder at;
  unix_ms promised = 0;
  live(at / "j", first_start, [&](auto& one) {
    one.publish({"a"});
    one.now = later(1min);
    reaches from{one.reach_since(one.now.wall - 10'000, "a")};
    CHECK(one.events.promise(from, one.now) < one.now.wall);  // no further than the journal knows
    CHECK(one.events.wants_time(one.now));
    one.keep(true);
    one.events.keeps_time(one.now.wall);
    from = {one.reach_since(one.now.wall - 10'000, "a")};
    promised = one.events.promise(from, one.now);
    CHECK(promised == one.now.wall);
  });
  live(at / "j", moment{steady_time(1s), first_start.wall - 3'600'000}, [&](auto& one) {
    const auto id = one.publish({"a"})[0];
    CHECK(id.at.ms > promised);
    CHECK(one.reach_since(promised, "a").any());
    CHECK(one.publish({"new"})[0].at.ms > promised);
  });
}

TEST_CASE("times to live count the time that the process was away", "[thread]") {
  const folder at;
  config of;
  of.event_time_to_live_seconds = 60;
  live(at / "j", first_start, of, [&](auto& one) {
    one.publish({"a"});
    one.now = later(30s);
    one.publish({"a"});
  });
  // Another boot: its steady clock begins anew.
  live(at / "j", moment{steady_time(5s), first_start.wall + 70'000}, of, [&](auto& one) {
    const auto found = one.reach_since(0, "a");
    CHECK(found.end - found.index == 1);
    CHECK(found.gap);
  });
  live(at / "j", moment{steady_time(5s), first_start.wall + 100'000}, of,
       [&](auto& one) { CHECK_FALSE(one.reach_since(0, "a").any()); });
}

TEST_CASE("a smaller buffer after a restart tells a gap for what no longer fits", "[thread]") {
  const folder at;
  std::vector<event_id> ids;
  live(at / "j", first_start, [&](auto& one) { ids = one.publish({"a", "a", "a"}); });
  config of;
  of.max_event_buffer_size = 1;
  live(at / "j", later(1s), of, [&](auto& one) {
    CHECK(one.kept("a").size() == 1);
    CHECK(one.reach_after(ids[0], "a").gap);
    CHECK_FALSE(one.reach_after(ids[1], "a").gap);
  });
}

TEST_CASE("what was deleted after retrieval stays away, and is no gap", "[thread]") {
  const folder at;
  config of;
  of.delete_event_after_first_retrieval = true;
  std::vector<event_id> ids;
  live(at / "j", first_start, of, [&](auto& one) {
    ids = one.publish({"a", "a", "a"});
    found got;
    reaches from{one.reach_since(0, "a")};
    from[0].end = 2;
    one.events.collect(from, got);
    discarded_events gone;
    category_record* in[] = {one.events.find("a")};
    got.cursor[0] = ids[1];
    CHECK(one.events.take(in, got, gone));
    one.keep();
  });
  live(at / "j", later(1s), of, [&](auto& one) {
    REQUIRE(one.kept("a").size() == 1);
    const auto found = one.reach_after(ids[0], "a");
    CHECK(found.end - found.index == 1);
    CHECK_FALSE(found.gap);
  });
}

TEST_CASE("what was purged stays away, and is a gap", "[thread]") {
  const folder at;
  std::vector<event_id> ids;
  live(at / "j", first_start, [&](auto& one) {
    ids = one.publish({"a", "a", "b"});
    discarded_events gone;
    CHECK(one.events.purge("a", gone) == 2);
    CHECK(one.events.purge("nobody", gone) == 0);
    one.publish({"a"});
  });
  live(at / "j", later(1s), [&](auto& one) {
    CHECK(one.kept("a").size() == 1);
    CHECK(one.kept("b").size() == 1);
    CHECK(one.reach_after(ids[0], "a").gap);
    CHECK_FALSE(one.reach_after(ids[1], "a").gap);
    CHECK(one.publish({"a"})[0].at.ordinal == 4);
  });
}

TEST_CASE("the file stays below three times what lives in it, and what lives is all there", "[thread]") {
  const folder at;
  config of;
  of.max_event_buffer_size = 50;
  const std::string data = '"' + std::string(400, 'x') + '"';
  std::vector<event_id> idle;
  std::vector<event_id> last;
  std::int64_t largest = 0;
  live(at / "j", first_start, of, [&](auto& one) {
    for (int i = 0; i < 40; ++i) {  // these live for ever and are copied again and again
      for (const auto& id : one.publish({"idle" + std::to_string(i)}, data)) idle.push_back(id);
    }
    for (int round = 0; round < 400; ++round) {
      last = one.publish(std::vector<std::string>(50, "busy" + std::to_string(round % 40)), data);
      largest = std::max(largest, one.bytes());
    }
  });
  const std::int64_t living = (40 * 50 + 40) * (400 + 40);
  CHECK(largest < 3 * living + (6 << 20));  // and the log that SQLite writes ahead
  live(at / "j", later(1h), of, [&](auto& one) {
    CHECK(one.read.events == 40 * 50 + 40);
    CHECK(one.read.damaged == 0);
    for (std::size_t i = 0; i < idle.size(); ++i) {
      CHECK(one.kept("idle" + std::to_string(i)).size() == 1);
      CHECK(one.publish({"idle" + std::to_string(i)})[0].at.ordinal == 2);
    }
    CHECK(one.kept("busy39").size() == 50);
    CHECK(one.publish({"busy39"})[0].at.ordinal == last.back().at.ordinal + 1);
    CHECK(one.reach_after({{last[0].at.ms, 1}, last[0].epoch}, "busy39").gap);
  });
}

TEST_CASE("names that never come again do not stay in the file, and their numbers are not given again",
          "[thread]") {
  const folder at;
  config of;
  of.max_categories = 10;
  of.max_event_buffer_size = 2;
  std::uint64_t ordinal = 0;
  live(at / "j", first_start, of, [&](auto& one) {
    for (int i = 0; i < 3; ++i) ordinal = one.publish({"old"})[0].at.ordinal;
    for (int i = 0; i < 20'000; i += 10) {
      std::vector<std::string> names;
      for (int n = i; n < i + 10; ++n) names.push_back("name" + std::to_string(n) + std::string(200, 'x'));
      one.publish(names);
    }
    CHECK(one.bytes() < 12 << 20);
  });
  live(at / "j", later(1s), of, [&](auto& one) {
    CHECK(one.events.count().categories <= 10);
    CHECK(one.publish({"old"})[0].at.ordinal > ordinal);
  });
}

TEST_CASE("time goes on from what a journal knows, though the clock was set back", "[thread]") {
  const folder at;
  {
    kept_history one(at / "j", first_start);
    one.publish({"a"});
    one.now = later(10s);
    one.publish({"b"});
  }
  const kept_history one(at / "j", {first_start.steady + 20s, first_start.wall - 3'600'000});
  CHECK(one.now.steady - one.events.find("a")->ring.oldest() >= 10s);
  CHECK(one.now.steady - one.events.find("b")->ring.oldest() < 1s);
}
