#include "heart/hub_fixture.hpp"

#include <map>

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// A heart that follows a history which is ordered elsewhere.
struct replica : heart {
  explicit replica(config of = {}) : heart(std::move(of)) { follow(7, {start.wall, 0}); }

  void follow(std::uint64_t with_key, position base) {
    key = with_key;
    begins = base;
    n = std::max(n, base.ordinal);
    kept.clear();
    history::publication done;
    const critical_section::guard inside(*this);
    events.follow({key, base, now.wall}, now, done);
  }
  /// The next event, which everybody who follows is told of.
  event_id order(const std::string& name, bool is_missed = false) {
    ++now.wall;
    auto& all = kept[name];
    const bool is_first = all.empty();
    ++n;
    const event_id id{{now.wall, is_first ? n : all.back().ordinal + 1}, category_epoch(key, name)};
    all.push_back(id.at);
    if (is_missed) return id;
    history::publication done;
    const critical_section::guard inside(*this);
    is_well = events.apply(name, made(name, id), is_first, done);
    return id;
  }
  /// `missing`: so many of the last had not come when it was loaded.
  void fill(const std::string& name, unix_ms forgets = 0, std::size_t missing = 0) {
    std::vector<event_ptr> all;
    for (const auto& at : kept[name]) all.push_back(made(name, {at, category_epoch(key, name)}));
    all.resize(all.size() - missing);
    history::kept_category from{
        name, {std::max(begins.ms, forgets), begins.ordinal}, {now.wall - 1, n}, 0, all};
    if (!all.empty()) from.last = all.back()->at;
    history::publication done;
    const critical_section::guard inside(*this);
    events.fill(from, now, done);
  }
  /// There is no room for more than one event of this category.
  void let_go_of_all_but(const std::string& name) {
    limits.max_buffer_bytes = 1;
    order(name);
    fill(name);
    limits.max_buffer_bytes = config().max_buffer_bytes;
  }
  /// Whether a poll gets nothing and is not parked.
  bool lacks(const subscribe_query& query, bool is_current = false) {
    test_poll passing;
    passing.by = hubs[0].get();
    const auto got = hubs[0]->subscribe(passing, query, now, true, is_current);
    return got && !*got && !passing.is_parked();
  }
  event_ptr made(const std::string& name, const event_id& id) const {
    auto draft = wire::make_draft(name, '"' + name + '"', "1");
    wire::finish_event(*draft.text, id);
    draft.text->published = now.steady;
    return draft.text;
  }

  std::uint64_t key = 0, n = 0;
  position begins;
  std::map<std::string, std::vector<position>> kept;
  bool is_well = true;
};

}  // namespace

TEST_CASE("a poll on what a replica has yet to fetch is not parked, and is answered once it is there",
          "[heart]") {
  replica one;
  const auto first = one.order("a");
  CHECK(one.events.count().categories == 0);  // nobody has asked for it
  CHECK(one.lacks(ask({"a"})));
  CHECK(one.lacks(since(0)));
  CHECK(one.hubs[0]->peek(since(0), one.now) == nullptr);
  one.fill("a");
  const auto got = one.look(since(0));
  CHECK(has(got, first));
  CHECK_FALSE(has_gap(got));
  test_poll waits;
  CHECK_FALSE(one.subscribe(waits, next(got)));
  CHECK(waits.is_parked());
  const auto second = one.order("a");
  CHECK(has(one.due(waits), second));
}

TEST_CASE("a position ahead of what a replica has waits until it has that", "[heart]") {
  replica one;
  one.order("a");
  one.fill("a");
  const auto seen = one.order("a", true);  // another node has given it
  CHECK(one.lacks(after(seen)));
  CHECK(one.lacks(since(seen.at.ms)));
  CHECK(one.lacks(after({seen.at, seen.epoch + 1})));
  history::publication done;
  CHECK(one.events.apply("a", one.made("a", seen), false, done));
  test_poll waits;
  CHECK_FALSE(one.subscribe(waits, after(seen)));
  CHECK(waits.is_parked());
  const auto third = one.order("a");
  const auto got = one.due(waits);
  CHECK(count(got) == 1);
  CHECK(has(got, third));
  CHECK_FALSE(has_gap(got));
  CHECK_FALSE(one.lacks(since(third.at.ms + 1), true));  // it is as far as can be
}

TEST_CASE("a load that is older than what has come since takes nothing of that away", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.order("a");
  const auto third = one.order("a");
  one.fill("a");
  test_poll waits;
  REQUIRE_FALSE(one.subscribe(waits, after(third)));
  one.let_go_of_all_but("b");
  REQUIRE(one.lacks(after(first)));  // is loaded from here on
  const auto fourth = one.order("a");
  one.fill("a", 0, 1);
  CHECK(has(one.due(waits), fourth));
  const auto all = one.look(after(first));
  CHECK(count(all) == 3);
  CHECK(has(all, fourth));
  CHECK_FALSE(has_gap(all));
  const auto fifth = one.order("a");
  CHECK(count(one.look(after(fourth))) == 1);
  CHECK(has(one.look(after(fourth)), fifth));
}

TEST_CASE("a load that is older than what was let go of since counts for nothing", "[heart]") {
  replica one;
  const auto first = one.order("a");
  const auto second = one.order("a");
  one.fill("a");
  test_poll waits, goes_on;
  REQUIRE_FALSE(one.subscribe(waits, after(second)));
  one.let_go_of_all_but("b");
  one.order("a");
  const auto fourth = one.order("a");
  CHECK(count(one.due(waits)) == 2);
  REQUIRE_FALSE(one.subscribe(goes_on, after(fourth)));
  one.let_go_of_all_but("b");
  one.fill("a", 0, 2);
  CHECK(one.lacks(after(first)));
  one.fill("a");
  CHECK(count(one.look(after(first))) == 3);
}

TEST_CASE("who waits for what a replica has missed is not promised the time of that", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.fill("a");
  test_poll waits;
  one.subscribe(waits, after(first));
  const auto second = one.order("a", true);
  one.order("a");  // shows that it has missed one
  history::publication done;
  one.events.keeps_time(one.now.wall + 1000);
  one.now.wall += 500;
  const auto ended = one.time_out(waits);
  const auto time = read(ended).at("timestamp").as_int64();
  CHECK(time < second.at.ms);
  one.fill("a");
  CHECK(count(one.look(since(time))) == 2);
}

TEST_CASE("what a replica has missed is fetched, and polls that wait get all of it, and no gap", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.fill("a");
  test_poll waits, leaves;
  one.subscribe(waits, after(first));
  one.subscribe(leaves, after(first));
  const auto second = one.order("a", true);
  const auto third = one.order("a");
  CHECK_FALSE(one.is_well);
  CHECK(one.events.awaited() == std::vector<std::string>{"a"});
  CHECK(one.is_quiet());
  const auto ended = one.time_out(waits);  // which it was given nothing, and goes on where it was
  CHECK(next(ended).cursor[0] == first);
  CHECK_FALSE(has_gap(ended));
  one.fill("a");
  CHECK(one.events.awaited().empty());
  const auto got = one.due(leaves);
  CHECK(count(got) == 2);
  CHECK(has(got, second));
  CHECK(has(got, third));
  CHECK_FALSE(has_gap(got));
  CHECK(count(one.look(next(ended))) == 2);
}

TEST_CASE("a replica that has lost track fetches everything again", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.order("b");
  one.fill("a");
  one.fill("b");
  test_poll waits;
  one.subscribe(waits, after(first));
  const auto second = one.order("a", true);
  history::publication done;
  one.events.lose_track(done);
  CHECK(one.events.count().categories == 1);  // the one that somebody waits for
  CHECK(one.lacks(since(0)));
  CHECK(one.lacks(since(0, {"b"})));
  one.fill("a");
  const auto got = one.due(waits);
  CHECK(has(got, second));
  CHECK_FALSE(has_gap(got));
}

TEST_CASE("another history is a gap for everybody, also for those who wait", "[heart]") {
  replica one;
  const auto first = one.order("a");
  one.fill("a");
  test_poll waits, leaves;
  one.subscribe(waits, after(first));
  one.subscribe(leaves, after(first));
  one.now.wall += 10;
  one.follow(8, {one.now.wall, one.n + 1000});
  CHECK(one.is_quiet());  // a gap alone ends no poll
  const auto ended = one.time_out(waits);
  CHECK(has_gap(ended));
  CHECK(one.lacks(after(first)));
  const auto second = one.order("a");
  one.fill("a");
  const auto got = one.due(leaves);
  CHECK(count(got) == 1);
  CHECK(has(got, second));
  CHECK(has_gap(got));
  test_poll late;
  late.by = one.hubs[0].get();
  const auto all = *one.hubs[0]->subscribe(late, after(first), one.now, true, true);
  CHECK(has(all, second));
  CHECK(has_gap(all));
}

TEST_CASE("beyond the memory a replica lets go of categories, and tells no gap", "[heart]") {
  config of;
  of.max_categories = 2;
  replica one(of);
  for (const char* name : {"a", "b", "c"}) {
    one.order(name);
    one.order(name);
    one.fill(name);
  }
  CHECK(one.events.count().categories == 2);
  CHECK(one.lacks(since(0)));
  one.fill("a");
  const auto got = one.look(since(0));
  CHECK(count(got) == 2);
  CHECK_FALSE(has_gap(got));
}

TEST_CASE("whoever waits for a category that begins late is told of no gap, but who was away too long is",
          "[heart]") {
  replica one;
  one.order("other");
  one.fill("late");
  const auto begun = one.look(since(0, {"late"}));
  CHECK_FALSE(has_gap(begun));
  test_poll waits;
  one.subscribe(waits, next(begun, {"late"}));
  one.order("other");
  const auto first = one.order("late");
  const auto got = one.due(waits);
  CHECK(has(got, first));
  CHECK_FALSE(has_gap(got));
  CHECK_FALSE(has_gap(one.look(next(begun, {"late"}))));
  // Elsewhere, as of a start after which something may have been forgotten.
  replica away;
  away.kept = one.kept;
  away.n = one.n;
  away.now = one.now;
  away.fill("late", one.now.wall);
  const auto old = away.look(next(begun, {"late"}));
  CHECK(has(old, first));
  CHECK(has_gap(old));
}

TEST_CASE("what was purged is a gap for whoever had not seen it", "[heart]") {
  replica one;
  const auto first = one.order("a");
  const auto second = one.order("a");
  one.fill("a");
  history::publication done;
  one.events.apply_purge("a", second.at.ordinal, done.discarded);
  CHECK(has_gap(one.look(after(first))));
  CHECK_FALSE(has_gap(one.look(after(second))));
  CHECK(one.events.count().buffer_bytes == 0);
}

TEST_CASE("a ring that has let go of events is exact about those it has", "[parts]") {
  const auto make = [](unix_ms ms, std::uint64_t ordinal) {
    auto draft = wire::make_draft("a", "\"a\"", "1");
    wire::finish_event(*draft.text, {{ms, ordinal}, 1});
    return event_ptr(draft.text);
  };
  event_ring ring({5, 10});
  for (std::uint64_t i = 11; i <= 14; ++i) {
    ring.reserve();
    ring.push(make(static_cast<unix_ms>(i), i));
  }
  CHECK(ring.whole_after() == 0);
  discarded_events gone;
  CHECK(ring.let_go(2, gone) > 0);
  CHECK(ring.whole_after() == 12);
  CHECK(ring.lost() == position{5, 10});
  CHECK(ring.before(0) == position{12, 12});
  ring.let_go(2, gone);
  CHECK(ring.whole_after() == 14);
  CHECK(ring.last() == position{14, 14});
  ring.reserve();
  ring.push(make(15, 15));
  CHECK(ring.whole_after() == 14);
  CHECK(ring.before(0) == position{14, 14});
  ring.lose(1, gone);
  CHECK(ring.whole_after() == 0);  // what is lost is kept nowhere
}
