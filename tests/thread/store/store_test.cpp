#include "support/redis_server.hpp"
#include "thread/store/journal_fixture.hpp"
#include "thread/store/stores.hpp"

#include <map>
#include <set>

using namespace longpolld;
using namespace longpolld::test;

// What every store promises, with one thread and with several.

namespace {

/// A history of its own in a server that all these tests share. Memory where there is none.
void use_redis(config& of) {
  static const auto server = redis_server::is_there() ? std::make_unique<redis_server>() : nullptr;
  static int histories = 0;
  if (!server) return static_cast<void>(of.store = store_kind::memory);
  of.redis_url = server->url();
  of.redis_prefix = "history-" + std::to_string(++histories);
  of.redis_timeout_seconds = 60;  // as long as answers are waited for
}

/// Each store in turn, with one thread and with several.
config any_store(const folder& at) {
  config of;
  of.threads = GENERATE(1, 2, 8);
  of.store = GENERATE(store_kind::memory, store_kind::journal, store_kind::redis);
  of.journal_file = at / "journal";
  if (of.store == store_kind::redis) use_redis(of);
  of.max_event_buffer_size = 10'000;
  return of;
}

}  // namespace

TEST_CASE("a store answers each submission once, on its shard, in the order of submission", "[thread]") {
  const folder at;
  const auto of = any_store(at);
  stored_pool one(of);
  one.fetch({"a"});
  const auto shards = one.pool.size();
  constexpr int each = 500;
  for (int n = 0; n < each; ++n) {
    for (std::size_t shard = 0; shard < shards; ++shard) one.submit(shard, n, {"a", "b"});
  }
  const auto all = one.got.wait_for(each * shards);
  REQUIRE(all.size() == each * shards);
  std::map<std::size_t, int> next;
  std::map<std::size_t, std::thread::id> thread;
  for (const auto& answered : all) {
    CHECK(answered.number == next[answered.shard]++);
    CHECK(thread.emplace(answered.shard, answered.thread).first->second == answered.thread);
    CHECK(answered.with.has_value());
    CHECK(answered.was_visible);
  }
  CHECK(thread.size() == shards);
}

TEST_CASE("a store numbers what many threads submit without a hole and in the order of their answers",
          "[thread]") {
  const folder at;
  const auto of = any_store(at);
  stored_pool one(of);
  one.fetch({"a"});
  const auto shards = one.pool.size();
  constexpr int each = 500;
  for (int n = 0; n < each; ++n) {
    for (std::size_t shard = 0; shard < shards; ++shard) one.submit(shard, n, {"a", "a"});
  }
  std::set<std::uint64_t> ordinals;
  std::map<std::size_t, std::uint64_t> last;
  for (const auto& answered : one.got.wait_for(each * shards)) {
    REQUIRE(answered.with.has_value());
    for (const auto& id : *answered.with) {
      CHECK(ordinals.insert(id.at.ordinal).second);
      CHECK(id.at.ordinal > std::exchange(last[answered.shard], id.at.ordinal));
    }
  }
  CHECK(ordinals.size() == 2 * each * shards);
  CHECK(*ordinals.rbegin() == 2 * each * shards);
  const auto kept = one.kept("a");
  CHECK(kept.size() == 2 * each * shards);
}

TEST_CASE("a store keeps a request whole or not at all", "[thread]") {
  const folder at;
  auto of = any_store(at);
  of.max_categories = 2;
  stored_pool one(of);
  const auto refused = one.publish({"a", "b", "c"});
  REQUIRE(refused.has_error());
  CHECK(refused.error().status == 413);
  CHECK(refused.error().limit == &config::max_categories);
  CHECK(one.kept("a").empty());
  CHECK(one.publish({"a", "b"}).has_value());
  CHECK(one.kept("a").size() == 1);
}

TEST_CASE("a store keeps what was published byte for byte", "[thread]") {
  const folder at;
  const auto of = any_store(at);
  stored_pool one(of);
  const std::string data = R"({"x" : [1.50,	"\u00e4"]})";
  const auto ids = one.publish({"a"}, data);
  REQUIRE(ids.has_value());
  const auto kept = one.kept("a");
  REQUIRE(kept.size() == 1);
  CHECK(kept[0] == R"({"timestamp":)" + std::to_string(ids->at(0).at.ms) + R"(,"category":"a","data":)" +
                       data + R"(,"id":")" + to_text(ids->at(0)) + "\"}");
}

TEST_CASE("a store that is stopped has decided all that was submitted", "[thread]") {
  const folder at;
  const auto of = any_store(at);
  stored_pool one(of);
  one.fetch({"a", "last"});
  for (int n = 0; n < 100; ++n) one.submit(0, n, {"a"});
  one.submit(0, 100, {"last"});
  REQUIRE(one.got.wait_for(101).size() == 101);
  one.stop();
  CHECK(one.kept("a").size() == 100);
  CHECK(one.kept("last").size() == 1);
}

TEST_CASE("a repeat is answered as the first was and publishes nothing, by any store", "[thread]") {
  const folder at;
  const auto of = any_store(at);
  stored_pool one(of);
  const auto first = one.publish_as("key", {"a", "b"}, "1");
  REQUIRE(first.with.has_value());
  CHECK_FALSE(first.is_replayed);
  const auto again = one.publish_as("key", {"a", "b"}, "1");
  REQUIRE(again.with.has_value());
  CHECK(again.is_replayed);
  CHECK(*again.with == *first.with);
  CHECK(one.kept("a").size() == 1);
  const auto other = one.publish_as("key", {"a", "b"}, "2");
  REQUIRE(other.with.has_error());
  CHECK(other.with.error().status == 422);
  CHECK(one.publish_as("other-key", {"a", "b"}, "1").with.has_value());
  CHECK(one.kept("a").size() == 2);
}

TEST_CASE("repeats that come at once are all answered as the first of them", "[thread]") {
  const folder at;
  const auto of = any_store(at);
  stored_pool one(of);
  constexpr int each = 50;
  for (int n = 0; n < each; ++n) {
    for (std::size_t shard = 0; shard < one.pool.size(); ++shard) {
      one.submit(shard, n, {"a"}, "1", "key-" + std::to_string(n));
    }
  }
  const auto all = one.got.wait_for(each * one.pool.size());
  REQUIRE(all.size() == each * one.pool.size());
  std::map<int, event_id> ids;
  int firsts = 0;
  for (const auto& answered : all) {
    REQUIRE(answered.with.has_value());
    CHECK(answered.was_visible);
    CHECK(ids.emplace(answered.number, answered.with->at(0)).first->second == answered.with->at(0));
    if (!answered.is_replayed) ++firsts;
  }
  CHECK(firsts == each);
  CHECK(one.kept("a").size() == each);
}

TEST_CASE("a key whose publish was refused is as if it had never come", "[thread]") {
  const folder at;
  auto of = any_store(at);
  of.max_categories = 1;
  stored_pool one(of);
  CHECK(one.publish_as("key", {"a", "b"}).with.has_error());
  const auto next = one.publish_as("key", {"a"});
  CHECK(next.with.has_value());
  CHECK_FALSE(next.is_replayed);
}
