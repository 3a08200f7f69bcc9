#include "support/admin.hpp"
#include "support/catch.hpp"
#include "support/node.hpp"

#include <atomic>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::vector<std::string> names_of(const received& from) {
  std::vector<std::string> all;
  const auto body = from.json();
  for (const auto& one : body.at("categories").as_array()) all.emplace_back(one.at("category").as_string());
  return all;
}

}  // namespace

TEST_CASE("categories are listed with what is kept of each and who waits", "[http]") {
  operated one;
  client by(one.port()), waits(one.port());
  const auto first = by.publish("farm", "1");
  const auto last = by.publish("farm", "2");
  waits.send(request_text("GET", "/events?category=farm&category=quiet&timeout=100"));
  REQUIRE(one.server().parks(1));
  const auto got = one.get("/admin/categories");
  CHECK(got.field("Content-Type") == "application/json; charset=utf-8");
  const auto body = got.json();
  CHECK_FALSE(body.as_object().contains("next"));
  REQUIRE(body.at("categories").as_array().size() == 2);
  const auto& farm = body.at("categories").at(0);
  CHECK(farm.at("category") == "farm");
  CHECK(farm.at("events") == 2);
  CHECK(farm.at("bytes").as_int64() > 200);
  CHECK(farm.at("first").as_string() == first);
  CHECK(farm.at("last").as_string() == last);
  CHECK(farm.at("parked") == 1);
  const auto& quiet = body.at("categories").at(1);
  CHECK(quiet.at("events") == 0);
  CHECK(quiet.at("first").is_null());
  CHECK(quiet.at("parked") == 1);
}

TEST_CASE("pages of categories go on where the last ended", "[http]") {
  const operated one;
  client by(one.port());
  for (const auto* name : {"b", "a\\\"x", "a", "c", "b.1"}) {
    REQUIRE(by.post("/publish?category=" + std::string(name == std::string("a\\\"x") ? "a%5C%22x" : name),
                    "1", "Content-Type: application/json\r\n")
                ->status == 200);
  }
  const auto page = one.get("/admin/categories?limit=2");
  CHECK(names_of(page) == std::vector<std::string>{"a", "a\\\"x"});
  CHECK(page.json().at("next") == "a\\\"x");
  CHECK(names_of(one.get("/admin/categories?limit=2&after=a%5C%22x")) ==
        std::vector<std::string>{"b", "b.1"});
  CHECK(names_of(one.get("/admin/categories?prefix=b")) == std::vector<std::string>{"b", "b.1"});
  CHECK(names_of(one.get("/admin/categories?prefix=b&after=b&limit=1")) == std::vector<std::string>{"b.1"});
}

TEST_CASE("senseless queries for categories are refused or find nothing", "[http]") {
  const operated one;
  for (const auto* query : {"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=1&limit=2",
                            "prefix=a&prefix=b", "after=%", "prefix=%g0", "limit=99999999999999999999"}) {
    INFO(query);
    CHECK(one.get(std::string("/admin/categories?") + query).status == 400);
  }
  CHECK(names_of(one.get("/admin/categories?prefix=" + std::string(7'000, 'x'))).empty());
  CHECK(names_of(one.get("/admin/categories?after=%ff%ff&prefix=%00")).empty());
  CHECK(one.get("/admin/categories?prefix=" + std::string(9'000, 'x')).status == 414);
  for (const auto* query : {"", "?category=", "?category=%00", "?category=a&category=b", "?category=%ff"}) {
    INFO(query);
    CHECK(one.ask("DELETE", std::string("/admin/categories") + query).status == 400);
  }
  CHECK(one.ask("DELETE", "/admin/categories?category=" + std::string(1'025, 'x')).status == 400);
}

TEST_CASE("what is purged is gone, and a cursor before it gets a gap", "[http]") {
  operated one;
  client by(one.port());
  const auto first = by.publish("farm", "1");
  by.publish("farm", "2");
  by.publish("other", "1");
  const auto purged = one.ask("DELETE", "/admin/categories?category=farm");
  CHECK(purged.status == 200);
  CHECK(purged.body == R"({"purged":2})");
  CHECK(one.ask("DELETE", "/admin/categories?category=farm").body == R"({"purged":0})");
  const auto before = by.get("/events?category=farm&timeout=1&last_id=" + first);
  CHECK(before->body.find(R"("gap":["farm"])") != std::string::npos);
  CHECK(before->body.find("timeout") != std::string::npos);
  by.publish("farm", "3");
  const auto then = by.get("/events?category=farm&timeout=1&last_id=" + first);
  CHECK(then->json().at("events").as_array().size() == 1);
  CHECK(then->body.find(R"("gap":["farm"])") != std::string::npos);
  CHECK(by.get("/events?category=other&since_time=0&timeout=1")->json().at("events").as_array().size() == 1);
}

TEST_CASE("a poll that is parked waits on while its category is purged, and gets what comes", "[http]") {
  operated one;
  client by(one.port()), waits(one.port());
  by.publish("farm", "1");
  waits.send(request_text("GET", "/events?category=farm&timeout=100"));
  REQUIRE(one.server().parks(1));
  CHECK(one.ask("DELETE", "/admin/categories?category=farm").body == R"({"purged":1})");
  by.publish("farm", "2");
  const auto got = waits.receive();
  REQUIRE(got);
  CHECK(got->json().at("events").as_array().size() == 1);
  CHECK(got->body.find("gap") == std::string::npos);  // it had seen what is gone
}

TEST_CASE("purges, publishes and polls at once lose nothing but by a gap that is told", "[http]") {
  auto of = test_config();
  of.threads = 4;
  of.max_requests_per_connection = 0;
  of.delete_event_after_first_retrieval = GENERATE(false, true);
  const operated one(of);
  std::atomic<bool> is_over{false};
  std::atomic<int> published{0};
  std::thread publisher([&] {
    client by(one.port());
    for (int i = 0; i < 900; ++i) {
      if (!by.publish("c", std::to_string(i)).empty()) ++published;
    }
    is_over = true;
  });
  std::thread purger([&] {
    while (!is_over) CHECK(one.ask("DELETE", "/admin/categories?category=c").status == 200);
  });
  client by(one.port());
  std::string cursor;
  std::int64_t next = 0;
  bool is_told = true;  // of a gap before the next event; who begins with what is kept misses what was before
  for (bool is_last = false; !is_last;) {
    is_last = is_over;
    const auto got =
        by.get("/events?category=c&timeout=1&" + (cursor.empty() ? "since_time=0" : "cursor=" + cursor));
    REQUIRE(got);
    REQUIRE(got->status == 200);
    const auto body = got->json();
    cursor = std::string(body.at("cursor").as_string());
    is_told = is_told || body.as_object().contains("gap");
    const auto* events = body.as_object().if_contains("events");
    for (std::size_t i = 0; events && i < events->as_array().size(); ++i) {
      const auto number = events->at(i).at("data").as_int64();
      CHECK(number >= next);
      CHECK((number == next || is_told));
      is_told = false;
      next = number + 1;
    }
  }
  publisher.join();
  purger.join();
  CHECK(published == 900);
}

TEST_CASE("what was purged at one node is gone at every node", "[http][plain]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node b(redis);
  operated a(node_of(redis));
  REQUIRE(eventually([&] { return client(a.port()).get("/readyz")->status == 200; }));
  REQUIRE(b.becomes(200));
  REQUIRE(b.publish("farm", "1").status == 200);
  const auto earlier = node::cursor_of(b.poll("farm", "&since_time=0"));
  REQUIRE(b.publish("farm", "2").status == 200);
  const auto cursor = node::cursor_of(b.poll("farm", "&since_time=0"));
  CHECK(a.ask("DELETE", "/admin/categories?category=farm").body == R"({"purged":2})");
  CHECK(eventually([&] { return b.kept("farm").empty(); }));
  CHECK_FALSE(node::has_gap(b.poll("farm", "&cursor=" + cursor)));
  REQUIRE(b.publish("farm", "3").status == 200);
  CHECK(b.kept("farm") == std::vector<std::string>{"3"});
  CHECK(node::has_gap(b.poll("farm", "&cursor=" + earlier)));
  const auto read = a.metrics();
  CHECK(read.problems().empty());
  CHECK(*read.value("longpolld_redis_connects_total") >= 1);
  CHECK(read.value("longpolld_redis_entries_behind"));
}

TEST_CASE("while Redis is down a purge is refused, and all else is told", "[http][plain]") {
  if (!redis_server::is_there()) return;
  auto redis = std::make_unique<redis_server>();
  auto of = node_of(*redis);
  of.redis_timeout_seconds = 1;
  const operated one(of);
  REQUIRE(eventually([&] { return client(one.port()).get("/readyz")->status == 200; }));
  redis.reset();
  CHECK(eventually([&] { return client(one.port()).get("/readyz")->status == 503; }));
  CHECK(one.ask("DELETE", "/admin/categories?category=a").status == 503);
  CHECK(one.get("/metrics").status == 200);
  const auto status = one.get("/admin/status").json();
  CHECK(status.at("store").at("state") == "failing");
  CHECK(status.at("store").as_object().contains("trouble"));
  CHECK(one.get("/admin/categories").status == 200);
}
