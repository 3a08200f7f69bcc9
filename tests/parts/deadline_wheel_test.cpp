#include "longpolld/parts/deadline_wheel.hpp"

#include "support/catch.hpp"

#include <memory>
#include <random>
#include <vector>

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

const steady_time start{10h};

}  // namespace

TEST_CASE("a deadline is never due early and at most a tick late", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    deadline one;
    const auto at = start + std::chrono::milliseconds(500'000 * round + random() % 300'000);
    wheel->arm(one, at);
    CHECK(wheel->pop_due(at) == nullptr);
    CHECK(wheel->pop_due(at + deadline_wheel::tick) == &one);
    CHECK(wheel->pop_due(at + deadline_wheel::tick) == nullptr);
  }
}

TEST_CASE("each armed deadline comes once, by its time", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  std::mt19937 random(11);
  struct timed_number : deadline {
    steady_time at;
  };
  std::vector<timed_number> all(2000);
  for (auto& one : all) {
    one.at = start + std::chrono::milliseconds(random() % 400'000);
    wheel->arm(one, one.at);
  }
  std::size_t seen = 0;
  for (auto now = start; now < start + 401s; now += 7ms) {
    while (auto* due = static_cast<timed_number*>(wheel->pop_due(now))) {
      ++seen;
      REQUIRE(due->at <= now);
      REQUIRE(due->at + deadline_wheel::tick + 7ms >= now);
    }
  }
  CHECK(seen == all.size());
}

TEST_CASE("next never lies behind the first deadline", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  CHECK_FALSE(wheel->next());
  CHECK(wheel->pop_due(start) == nullptr);
  deadline one;
  wheel->arm(one, start + 5s);
  REQUIRE(wheel->next());
  CHECK(*wheel->next() >= start + 4900ms);
  CHECK(*wheel->next() <= start + 5s + deadline_wheel::tick);
  one.disarm();
  CHECK(wheel->pop_due(start + 6s) == nullptr);
  CHECK_FALSE(wheel->next());
}

TEST_CASE("a deadline that is put off again and again comes once, when the last was asked for", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  std::mt19937 random(5);
  struct timed_number : deadline {
    steady_time at;
  };
  std::vector<timed_number> all(500);
  std::size_t seen = 0, expected = 0;
  for (auto now = start; now < start + 60s; now += 9ms) {
    while (auto* due = static_cast<timed_number*>(wheel->pop_due(now))) {
      ++seen;
      REQUIRE_FALSE(due->armed());
      REQUIRE(due->at <= now);
      REQUIRE(due->at + deadline_wheel::tick + 9ms >= now);
    }
    for (int i = 0; i < 5; ++i) {
      auto& one = all[random() % all.size()];
      const bool was_armed = one.armed();
      if (random() % 4 == 0) {
        one.disarm();
        expected -= was_armed ? 1 : 0;
      } else {
        one.at = now + std::chrono::milliseconds(random() % 20'000);
        wheel->arm(one, one.at);
        expected += was_armed ? 0 : 1;
      }
    }
  }
  while (wheel->pop_due(start + 300s)) ++seen;
  CHECK(seen == expected);
}

TEST_CASE("any deadline that is armed can be taken, none that is not", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  std::vector<deadline> all(100);
  for (std::size_t i = 0; i < all.size(); ++i) wheel->arm(all[i], start + std::chrono::seconds(i));
  for (std::size_t i = 0; i < all.size(); i += 2) all[i].disarm();
  std::size_t taken = 0;
  while (const auto* one = wheel->pop_any()) taken += one - all.data() >= 0;
  CHECK(taken == 50);
}

TEST_CASE("a deadline leaves its wheel when it is destroyed, disarmed or armed anew", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  {
    deadline gone;
    wheel->arm(gone, start);
  }
  deadline moved;
  wheel->arm(moved, start);
  wheel->arm(moved, start + 10s);
  CHECK(wheel->pop_due(start + 5s) == nullptr);
  CHECK(wheel->pop_any() == &moved);
  CHECK(wheel->pop_any() == nullptr);
}

TEST_CASE("a deadline armed for the past is due at once", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  CHECK(wheel->pop_due(start) == nullptr);
  deadline one;
  wheel->arm(one, start - 1h);
  CHECK(wheel->pop_due(start + deadline_wheel::tick) == &one);
}

TEST_CASE("deadlines beyond one turn are looked at once a turn, however many are due meanwhile", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  CHECK(wheel->pop_due(start) == nullptr);
  constexpr auto turn = 8192 * deadline_wheel::tick;
  constexpr std::uint64_t count = 1'000;
  std::vector<deadline> far(count), near(count);
  // All in one slot of the wheel, the far ones in front.
  for (auto& one : far) wheel->arm(one, start + turn + 1s);
  for (auto& one : near) wheel->arm(one, start + 1s);
  std::size_t due = 0;
  while (wheel->pop_due(start + 2s)) ++due;
  CHECK(due == count);
  CHECK(wheel->looked_at() <= 2 * count);
  while (wheel->pop_due(start + turn + 2s)) ++due;
  CHECK(due == 2 * count);
  CHECK(wheel->looked_at() <= 4 * count);
}

TEST_CASE("what is left of a tick that was not taken to its end is due at once", "[parts]") {
  const auto wheel = std::make_unique<deadline_wheel>();
  CHECK(wheel->pop_due(start) == nullptr);
  std::vector<deadline> all(4);
  for (auto& one : all) wheel->arm(one, start + 1s);
  REQUIRE(wheel->pop_due(start + 2s));
  REQUIRE(wheel->next());
  CHECK(*wheel->next() <= start + 2s);
  const auto* second = wheel->pop_due(start + 2s);
  REQUIRE(second);
  std::vector<deadline*> left;
  for (auto& one : all) {
    if (one.armed()) left.push_back(&one);
  }
  REQUIRE(left.size() == 2);
  wheel->arm(*left[0], start + 10s);
  CHECK(wheel->pop_due(start + 2s) == left[1]);
  CHECK(wheel->pop_due(start + 9s) == nullptr);
  CHECK(wheel->pop_due(start + 11s) == left[0]);
  CHECK_FALSE(wheel->next());
  wheel->arm(all[0], start + 12s);
  wheel->arm(all[1], start + 12s);
  REQUIRE(wheel->pop_due(start + 13s));
  CHECK(wheel->pop_any());
  CHECK(wheel->pop_any() == nullptr);
}
