#include "longpolld/thread/store/repeats.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

struct asking final : submission {
  void answer(const outcome<event_ids>&) override {}
};

struct fixture {
  config limits;
  std::vector<std::unique_ptr<submission>> brought;
  repeats all{limits, [this](std::unique_ptr<submission> one) { brought.push_back(std::move(one)); }};
  steady_time now{1h};

  static repeat_of as(const std::string& key, std::size_t events = 1, const std::string& who = "") {
    wire::publish_request what;
    for (std::size_t i = 0; i < events; ++i) what.events.push_back(wire::make_draft("a", "\"a\"", "1"));
    return repeat_of::made_of(who, key, what);
  }
  std::unique_ptr<submission> admit(const std::string& key, std::size_t events = 1) {
    auto one = std::make_unique<asking>();
    for (std::size_t i = 0; i < events; ++i) one->drafts.push_back(wire::make_draft("a", "\"a\"", "1"));
    one->repeats = as(key, events);
    return all.admit(std::move(one), now);
  }
  /// Whether it was the first, which is kept then.
  bool publish(const std::string& key, std::size_t events = 1) {
    const auto one = admit(key, events);
    if (!one) return false;
    one->decided.emplace(event_ids(events));
    all.settle(*one, now);
    return true;
  }
};

}  // namespace

TEST_CASE("a key is remembered for idempotency_seconds", "[thread]") {
  fixture one;
  CHECK(one.publish("key"));
  one.now += std::chrono::seconds(one.limits.idempotency_seconds) - 1ms;
  CHECK_FALSE(one.publish("key"));
  one.now += 1ms;
  CHECK(one.publish("key"));
  CHECK(one.all.size() == 1);
}

TEST_CASE("beyond max_idempotency_keys the oldest are forgotten, and batches count by their events",
          "[thread]") {
  fixture one;
  one.limits.max_idempotency_keys = 10;
  for (int i = 0; i < 10; ++i) CHECK(one.publish(std::to_string(i)));
  CHECK_FALSE(one.publish("0"));
  CHECK(one.publish("10"));
  CHECK(one.publish("0"));  // which forgets 1
  CHECK_FALSE(one.publish("2"));
  CHECK(one.publish("batch", 64));  // as five
  CHECK(one.publish("2"));
  CHECK_FALSE(one.publish("10"));
  CHECK(one.all.size() <= 10);
}

TEST_CASE("a repeat waits for the first and has what becomes of it", "[thread]") {
  fixture one;
  const auto first = one.admit("key");
  REQUIRE(first);
  CHECK_FALSE(one.admit("key"));
  CHECK_FALSE(one.admit("key"));
  CHECK(one.brought.empty());
  const bool is_kept = GENERATE(true, false);
  if (is_kept) {
    first->decided.emplace(event_ids{{{5, 6}, 7}});
  } else {
    first->decided.emplace(error{503, "no"});
  }
  one.all.settle(*first, one.now);
  REQUIRE(one.brought.size() == 2);
  for (const auto& repeated : one.brought) {
    REQUIRE(repeated->decided);
    CHECK(repeated->decided->has_value() == is_kept);
    CHECK(repeated->is_replayed == is_kept);
  }
  CHECK(one.all.size() == (is_kept ? 1U : 0U));
}

TEST_CASE("the same key of another principal is another key, and its length is none of its text",
          "[thread]") {
  CHECK(fixture::as("key", 1, "alice").key != fixture::as("key", 1, "bob").key);
  CHECK(fixture::as("ey", 1, "k").key != fixture::as("key", 1, "").key);
  CHECK(fixture::as("key", 1).body != fixture::as("key", 2).body);
}

TEST_CASE("an Idempotency-Key has 1 to 255 visible characters", "[thread]") {
  CHECK(repeat_of::is_key("a"));
  CHECK(repeat_of::is_key(std::string(255, '~')));
  CHECK_FALSE(repeat_of::is_key(""));
  CHECK_FALSE(repeat_of::is_key(std::string(256, 'a')));
  CHECK_FALSE(repeat_of::is_key("a b"));
  CHECK_FALSE(repeat_of::is_key("\xc3\xa4"));
  CHECK_FALSE(repeat_of::is_key("a\t"));
}
