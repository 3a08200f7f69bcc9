#include "support/catch.hpp"
#include "support/trace.hpp"

#include <algorithm>
#include <functional>

using namespace longpolld::test;

namespace {

std::string id_of(int number) {
  const auto digits = std::to_string(number);
  return "01a20000-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

/// A right history: one publisher, one subscriber that saw all of it, with a timeout and a told gap.
std::vector<seen_reply> right_replies() {
  std::vector<seen_reply> replies;
  const auto item = [](int n) { return seen_reply::item{id_of(n), "farm", 1000 + n, trace::data_of(1, n)}; };
  replies.push_back({{item(1), item(2), item(3)}, false, 0});
  replies.push_back({{}, false, 1003});
  replies.push_back({{item(6), item(7)}, true, 0});
  replies.push_back({{item(8)}, false, 0});
  return replies;
}

std::vector<std::string> breaches(const std::function<void(std::vector<seen_reply>&)>& damage) {
  trace seen;
  for (int n = 1; n <= 8; ++n) seen.add({1, n, "farm", id_of(n), 1000 + n});
  auto replies = right_replies();
  damage(replies);
  seen.add("reader", "farm", replies);
  return seen.breaches();
}

}  // namespace

TEST_CASE("a right history passes the checker", "[history]") {
  CHECK(breaches([](auto&) {}).empty());
}

TEST_CASE("the checker catches an event that was dropped", "[history]") {
  CHECK_FALSE(
      breaches([](auto& replies) { replies[0].events.erase(replies[0].events.begin() + 1); }).empty());
  CHECK_FALSE(breaches([](auto& replies) { replies[0].events.erase(replies[0].events.begin()); }).empty());
  CHECK_FALSE(breaches([](auto& replies) { replies.pop_back(); }).empty());
}

TEST_CASE("the checker catches an event that was doubled", "[history]") {
  CHECK_FALSE(breaches([](auto& replies) { replies[3].events.push_back(replies[3].events[0]); }).empty());
  CHECK_FALSE(breaches([](auto& replies) { replies.push_back(replies.front()); }).empty());
}

TEST_CASE("the checker catches events that were swapped", "[history]") {
  CHECK_FALSE(breaches([](auto& replies) { std::swap(replies[0].events[0], replies[0].events[1]); }).empty());
  CHECK_FALSE(breaches([](auto& replies) { std::swap(replies[2], replies[3]); }).empty());
}

TEST_CASE("the checker catches a gap that was not told", "[history]") {
  CHECK_FALSE(breaches([](auto& replies) { replies[2].gap = false; }).empty());
}

TEST_CASE("the checker catches a promise that was broken", "[history]") {
  CHECK_FALSE(breaches([](auto& replies) { replies[1].promise = 1006; }).empty());
}

TEST_CASE("the checker catches an id used twice and data that was changed", "[history]") {
  CHECK_FALSE(breaches([](auto& replies) { replies[0].events[1].data = "{}"; }).empty());
  trace seen;
  seen.add({1, 1, "farm", id_of(1), 1001});
  seen.add({2, 1, "farm", id_of(1), 1001});
  CHECK_FALSE(seen.breaches().empty());
}

TEST_CASE("the checker catches a publisher's events out of order", "[history]") {
  trace seen;
  seen.add({1, 1, "farm", id_of(2), 1002});
  seen.add({1, 2, "farm", id_of(1), 1001});
  CHECK_FALSE(seen.breaches().empty());
}
