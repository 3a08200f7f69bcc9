#include "heart/hub_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// A heart whose events are stored before they are shown, by a store that takes its time.
struct staged : heart {
  using heart::heart;

  void stamp(const std::vector<std::string>& names) {
    std::vector<wire::draft> drafts;
    for (const auto& name : names) drafts.push_back(wire::make_draft(name, '"' + name + '"', "1"));
    events.stamp(drafts, now);
  }
  [[nodiscard]] std::vector<event_id> ids() {
    std::vector<event_id> all;
    for (const auto& one : events.under_way()) all.push_back(one.id);
    return all;
  }
  /// Returns whether all are shown.
  bool show(std::size_t most = 1000) {
    for (auto& one : events.under_way()) {
      if (one.text) wire::finish_event(*one.text, one.id);
    }
    history::publication done;
    const bool all = events.show(most, done);
    last.rung = done.rung, last.dropped = done.dropped, last.forgot = done.forgot;
    return all;
  }
  unix_ms timestamp_of(const body_ptr& timeout) { return read(timeout).at("timestamp").as_int64(); }
};

}  // namespace

TEST_CASE("what is stamped is seen by nobody until it is shown", "[heart]") {
  staged one;
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  one.stamp({"a", "a"});
  const auto ids = one.ids();
  CHECK(one.is_quiet());
  CHECK(is_timeout(one.look(since(0))));
  CHECK(one.show());
  CHECK(one.last.rung == shard_set(1));
  const auto got = one.due(waits);
  CHECK(count(got) == 2);
  CHECK(has(got, ids[0]));
  CHECK(has(got, ids[1]));
  CHECK(one.events.under_way().empty());
}

TEST_CASE("stamped events are numbered as published ones are, behind each other", "[heart]") {
  staged one;
  one.publish("a");
  one.stamp({"a", "b"});
  one.stamp({"a"});
  const auto ids = one.ids();
  CHECK(ids[0].at.ordinal == 2);
  CHECK(ids[1].at.ordinal == 1);
  CHECK(ids[2].at.ordinal == 3);
  CHECK(ids[0].at.ms < ids[2].at.ms);
  CHECK(one.show());
  CHECK(one.publish("a").at.ordinal == 4);
}

TEST_CASE("numbers of what could not be stored are given again", "[heart]") {
  staged one;
  one.publish("a");
  one.stamp({"a", "new", "a"});
  const auto ids = one.ids();
  one.events.abandon();
  CHECK(one.events.under_way().empty());
  CHECK_FALSE(one.events.find("new"));
  one.stamp({"a", "new", "a"});
  CHECK(one.ids() == ids);
  one.events.abandon();
}

TEST_CASE("a promise stays below what is stamped and not yet shown", "[heart]") {
  staged one;
  one.stamp({"a"});
  const auto stamp = one.ids()[0].at.ms;
  one.now.wall += 5'000;  // the disk takes its time
  one.now.steady += 5s;
  const auto until = one.timestamp_of(one.look(ask({"b"})));
  CHECK(until < stamp);
  CHECK(one.timestamp_of(one.look(ask({"a"}))) < stamp);
  CHECK(one.show());
  CHECK(count(one.look(since(until))) == 1);
  CHECK(one.timestamp_of(one.look(ask({"b"}))) == one.now.wall);
}

TEST_CASE("after what was abandoned promises are given as before", "[heart]") {
  staged one;
  one.stamp({"a"});
  one.events.abandon();
  CHECK(one.timestamp_of(one.look(ask({"a"}))) == one.now.wall);
}

TEST_CASE("a number that is under way holds though the floor rises meanwhile", "[heart]") {
  config limits;
  limits.max_categories = 1;
  staged one(limits);
  one.publish(9, "old");
  one.stamp({"a", "a"});
  const auto ids = one.ids();
  CHECK_FALSE(one.show(1));  // which forgets "old"
  CHECK(one.last.forgot);
  CHECK(one.events.find("a")->ring.last() == ids[0].at);
  test_poll waits;
  one.subscribe(waits, ask({"a"}));
  CHECK(one.show());
  CHECK(has(one.due(waits), ids[1]));
}

TEST_CASE("a category that its own batch has forgotten goes on counting", "[heart]") {
  config limits;
  limits.max_categories = 1;
  staged one(limits);
  one.stamp({"a"});
  one.stamp({"b"});
  one.stamp({"a"});
  const auto ids = one.ids();
  CHECK(one.show());
  CHECK(ids[2].at.ordinal == ids[0].at.ordinal + 1);
  CHECK(one.events.find("a")->ring.last() == ids[2].at);
  CHECK(one.events.count().categories == 1);
  const auto late = one.look(after(ids[0]));
  CHECK(count(late) == 1);
}

TEST_CASE("events are shown in pieces, and each piece wakes who waits", "[heart]") {
  staged one;
  test_poll first, second;
  one.subscribe(first, ask({"a"}));
  one.stamp({"a", "a", "a"});
  CHECK_FALSE(one.show(2));
  CHECK(count(one.due(first)) == 2);
  one.subscribe(second, ask({"a"}));
  CHECK(one.show(2));
  CHECK(count(one.due(second)) == 1);
}
