#include "longpolld/heart/category_page.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <random>

using namespace longpolld;

namespace {

const moment begun{steady_time{} + std::chrono::hours(1), 1'700'000'000'000};

struct kept_history {
  config limits;
  history events{limits, 1, begun, 1};

  void publish(const std::string& name, int count = 1) {
    for (int i = 0; i < count; ++i) {
      wire::drafts drafts;
      drafts.push_back(wire::make_draft(name, '"' + name + '"', "1"));
      history::publication done;
      REQUIRE_FALSE(events.publish(drafts, begun, done));
    }
  }
  /// In steps of so many records; `between` is called after each.
  template <class Between>
  category_page page(const std::string& prefix, const std::string& after, std::size_t most, std::size_t step,
                     Between between) {
    category_page made(prefix, after, most);
    while (made.look(events, step)) between();
    while (made.fill(events, step)) between();
    return made;
  }
  category_page page(const std::string& prefix, const std::string& after, std::size_t most) {
    return page(prefix, after, most, 7, [] {});
  }
};

std::vector<std::string> names_of(const category_page& page) {
  std::vector<std::string> all;
  for (const auto& one : page.rows()) all.push_back(one.name);
  return all;
}

}  // namespace

TEST_CASE("pages together are all categories in byte order, each once", "[heart]") {
  kept_history of;
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i)
    expected.push_back((i % 2 == 0 ? "b" : "\xc3\xa4") + std::to_string(i * 7919 % 100));
  std::shuffle(expected.begin(), expected.end(), std::mt19937(1));
  for (const auto& name : expected) of.publish(name);
  std::sort(expected.begin(), expected.end());
  std::vector<std::string> got;
  std::string after;
  for (int pages = 0; pages < 20; ++pages) {
    const auto one = of.page("", after, 9);
    CHECK(one.rows().size() <= 9);
    for (auto& name : names_of(one)) got.push_back(name);
    if (!one.next()) break;
    after = *one.next();
    CHECK(after == got.back());
  }
  CHECK(got == expected);
}

TEST_CASE("a page has what begins with its prefix, and ends where there is no more", "[heart]") {
  kept_history of;
  for (const auto* name : {"a", "farm", "farm.a", "farm.b", "farmer", "z"}) of.publish(name);
  CHECK(names_of(of.page("farm.", "", 10)) == std::vector<std::string>{"farm.a", "farm.b"});
  CHECK(names_of(of.page("farm", "farm.a", 10)) == std::vector<std::string>{"farm.b", "farmer"});
  const auto full = of.page("farm.", "", 2);
  CHECK(full.rows().size() == 2);
  CHECK_FALSE(full.next());
  CHECK(of.page("none", "", 10).rows().empty());
  CHECK(of.page("", "zz", 10).rows().empty());
}

TEST_CASE("a row has what the history keeps of its category", "[heart]") {
  kept_history of;
  of.limits.max_event_buffer_size = 3;
  of.publish("a", 5);
  const auto page = of.page("", "", 10);
  REQUIRE(page.rows().size() == 1);
  const auto& row = page.rows().front();
  CHECK(row.events == 3);
  CHECK(row.bytes == of.events.count().buffer_bytes);
  CHECK(row.first->at.ordinal == 3);
  CHECK(row.last->at.ordinal == 5);
  discarded_events gone;
  CHECK(of.events.purge("a", gone) == 3);
  const auto empty = of.page("", "", 10);
  REQUIRE(empty.rows().size() == 1);
  CHECK(empty.rows().front().events == 0);
  CHECK_FALSE(empty.rows().front().first);
}

TEST_CASE("a category that is there all along is never missed, whatever comes and goes between steps",
          "[heart]") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    kept_history of;
    of.limits.max_categories = 60;
    std::vector<std::string> stays;
    for (int i = 0; i < 20; ++i) stays.push_back("stays" + std::to_string(i));
    const auto use = [&] {
      for (const auto& name : stays) of.publish(name);
    };
    use();
    for (int i = 0; i < 40; ++i) of.publish("goes" + std::to_string(i));
    use();
    int number = 0;
    const auto page = of.page("stays", "", 100, 3, [&] {
      use();  // so that others are forgotten
      for (auto count = random() % 5; count > 0; --count) of.publish("comes" + std::to_string(++number));
    });
    std::sort(stays.begin(), stays.end());
    CHECK(names_of(page) == stays);
  }
}
