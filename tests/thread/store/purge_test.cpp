#include "support/redis_server.hpp"
#include "thread/store/journal_fixture.hpp"
#include "thread/store/stores.hpp"

#include <map>

using namespace longpolld;
using namespace longpolld::test;

// What every store promises of a purge.

namespace {

config any_store(const folder& at) {
  config of;
  of.threads = 2;
  of.store = GENERATE(store_kind::memory, store_kind::journal, store_kind::redis);
  of.journal_file = at / "journal";
  if (of.store == store_kind::redis) {
    static const auto server = redis_server::is_there() ? std::make_unique<redis_server>() : nullptr;
    static int histories = 0;
    if (!server) {
      of.store = store_kind::memory;
    } else {
      of.redis_url = server->url();
      of.redis_prefix = "purged-" + std::to_string(++histories);
      of.redis_timeout_seconds = 60;
    }
  }
  return of;
}

position lost_of(stored_pool& one, const std::string& category) {
  const critical_section::guard inside(one.pool.log());
  const auto* in = one.pool.log().shared().find(category);
  return in ? in->ring.lost() : position{};
}

}  // namespace

TEST_CASE("a purge takes all kept events of its category and no others, and is a gap", "[thread]") {
  const folder at;
  stored_pool one(any_store(at));
  one.fetch({"a", "b"});
  REQUIRE(one.publish({"a", "a", "b"}).has_value());
  const auto last = one.publish({"a"});
  REQUIRE(last.has_value());
  CHECK(one.purge("a") == 3);
  CHECK(one.kept("a").empty());
  CHECK(one.kept("b").size() == 1);
  CHECK(lost_of(one, "a").ordinal == last->front().at.ordinal);
  CHECK(one.purge("a") == 0);
  CHECK(one.purge("nobody") == 0);
  const auto next = one.publish({"a"});
  REQUIRE(next.has_value());
  CHECK(next->front().at.ordinal > last->front().at.ordinal);
  CHECK(one.kept("a").size() == 1);
}

TEST_CASE("a purge takes what was answered before it, and what comes behind it stays", "[thread]") {
  const folder at;
  stored_pool one(any_store(at));
  one.fetch({"a"});
  std::size_t purged = 0;
  for (int round = 0; round < 30; ++round) {
    REQUIRE(one.publish({"a", "a"}).has_value());
    purged += one.purge("a").value_or(0);
    CHECK(one.kept("a").empty());
  }
  CHECK(purged == 60);
}

TEST_CASE("what was purged does not come back with the journal, nor does its number", "[thread]") {
  const folder at;
  config of;
  of.store = store_kind::journal;
  of.journal_file = at / "journal";
  of.threads = 1;
  event_ids last;
  {
    stored_pool one(of);
    REQUIRE(one.publish({"a", "b"}).has_value());
    last = *one.publish({"a"});
    CHECK(one.purge("a") == 2);
  }
  for (int start = 0; start < 3; ++start) {
    stored_pool one(of);
    CHECK(one.kept("a").empty());
    CHECK(one.kept("b").size() == 1);
    CHECK(lost_of(one, "a").ordinal >= last.front().at.ordinal);
  }
  stored_pool one(of);
  const auto next = one.publish({"a"});
  REQUIRE(next.has_value());
  CHECK(next->front().at.ordinal > last.front().at.ordinal);
}

TEST_CASE("the journal gives back the room of what was purged, and keeps it away meanwhile", "[thread]") {
  const folder at;
  config of;
  of.store = store_kind::journal;
  of.journal_file = at / "journal";
  of.threads = 1;
  const std::string large = '"' + std::string(10'000, 'x') + '"';
  {
    stored_pool one(of);
    for (int i = 0; i < 400; ++i) REQUIRE(one.publish({"a"}, large).has_value());
    CHECK(one.purge("a") == 250);
    for (int i = 0; i < 100; ++i) REQUIRE(one.publish({"b"}, "1").has_value());
  }
  stored_pool one(of);
  CHECK(one.kept("a").empty());
  CHECK(one.kept("b").size() == 100);
}
