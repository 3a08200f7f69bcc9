#include "longpolld/http/counters.hpp"

#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <functional>
#include <map>
#include <memory>

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// A server with one connection, and its counts by the names under which they are shown.
class counted {
 public:
  explicit counted(const std::function<void(config&)>& change = [](config&) {}) {
    auto of = test_config();
    of.demo = demo_mode::on;
    change(of);
    server = std::make_unique<test_server>(of);
    one = std::make_unique<client>(server->port());
    REQUIRE(one->get("/healthz"));
  }

  [[nodiscard]] std::int64_t operator[](std::string_view name) const {
    const auto all = counters();
    const auto row =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
    REQUIRE(row != all.end());
    return read_totals((*server)->log(), (*server)->shared(), (*server)->parked()).*row->value;
  }
  [[nodiscard]] bool comes_to(std::string_view name, std::int64_t value) const {
    return eventually([&] { return (*this)[name] == value; });
  }

  void purge(const std::string& category) const {
    const critical_section::guard inside((*server)->log());
    discarded_events gone;
    (*server)->log().shared().purge(category, gone);
  }

  std::unique_ptr<test_server> server;
  std::unique_ptr<client> one;
};

const std::string kilobyte = '"' + std::string(1'000, 'x') + '"';

/// What moves each counter.
const std::map<std::string_view, std::function<void()>> movers{
    {"connections",
     [] {
       const counted now;
       CHECK(now["connections"] == 1);
       {
         const client two(now.server->port()), three(now.server->port());
         CHECK(now.comes_to("connections", 3));
       }
       CHECK(now.comes_to("connections", 1));
     }},
    {"parked_polls",
     [] {
       const counted now;
       client waits(now.server->port()), waits_too(now.server->port());
       waits.send(request_text("GET", "/events?category=a&timeout=100"));
       waits_too.send(request_text("GET", "/events?category=b&category=c&timeout=100"));
       CHECK(now.comes_to("parked_polls", 2));
       now.one->publish("b", "1");
       REQUIRE(waits_too.receive());
       CHECK(now.comes_to("parked_polls", 1));
     }},
    {"categories",
     [] {
       const counted now;
       for (const auto* name : {"a", "b", "a", "c"}) now.one->publish(name, "1");
       CHECK(now["categories"] == 3);
       CHECK(now.one->get("/events?category=d&since_time=0&timeout=1")->status == 200);
       CHECK(now["categories"] == 3);
     }},
    {"categories_with_events",
     [] {
       const counted now;
       for (const auto* name : {"a", "b", "a"}) now.one->publish(name, "1");
       CHECK(now["categories_with_events"] == 2);
       now.purge("a");
       CHECK(now["categories_with_events"] == 1);
       CHECK(now["categories"] == 2);
     }},
    {"events_evicted",
     [] {
       const counted now([](config& of) { of.max_event_buffer_size = 2; });
       for (int i = 0; i < 5; ++i) now.one->publish("a", "1");
       CHECK(now["events_evicted"] == 3);
       CHECK(now["events_dropped"] == 0);
     }},
    {"events_expired",
     [] {
       const counted now([](config& of) { of.event_time_to_live_seconds = 1; });
       now.one->publish("a", "1");
       now.one->publish("b", "1");
       static_cast<void>(now.one->get("/events?category=c&timeout=1"));  // its shard looks at the clock then
       CHECK(now.comes_to("events_expired", 2));
       CHECK(now["categories_with_events"] == 0);
     }},
    {"events_purged",
     [] {
       const counted now;
       for (int i = 0; i < 3; ++i) now.one->publish("a", "1");
       now.purge("a");
       CHECK(now["events_purged"] == 3);
       CHECK(now["buffer_bytes"] == 0);
     }},
    {"buffer_bytes",
     [] {
       const counted now([](config& of) { of.max_event_buffer_size = 2; });
       now.one->publish("a", "1");
       const auto before = now["buffer_bytes"];
       now.one->publish("a", kilobyte);
       CHECK(now["buffer_bytes"] > before + 1'000);
       CHECK(now["buffer_bytes"] < before + 2'000);
       for (int i = 0; i < 4; ++i) now.one->publish("a", "1");
       CHECK(now["buffer_bytes"] < before + 1'000);
     }},
    {"events_published",
     [] {
       const counted now;
       now.one->publish("a", "1");
       now.one->post("/publish", R"([{"category":"a","data":1},{"category":"b","data":2}])");
       CHECK(now.one->post("/publish", R"([{"category":"a","data":1},{"category":"b"}])")->status == 400);
       CHECK(now["events_published"] == 3);
     }},
    {"events_dropped",
     [] {
       const counted now([](config& of) { of.max_buffer_bytes = 20'000; });
       for (int i = 0; i < 3; ++i) now.one->publish("old", kilobyte);
       CHECK(now["events_dropped"] == 0);
       for (int i = 0; i < 30 && now["events_dropped"] == 0; ++i) now.one->publish("new", kilobyte);
       CHECK(now["events_dropped"] == 3);
     }},
    {"categories_dropped",
     [] {
       const counted now([](config& of) { of.max_buffer_bytes = 20'000; });
       now.one->publish("old", "1");
       now.one->publish("older", "1");
       CHECK(now["categories_dropped"] == 0);
       for (int i = 0; i < 60; ++i) now.one->publish("new", kilobyte);
       CHECK(now["categories_dropped"] >= 2);
       CHECK(now["categories_dropped"] <= now["events_dropped"]);
     }},
    {"categories_forgotten",
     [] {
       const counted now([](config& of) { of.max_categories = 2; });
       for (const auto* name : {"a", "b"}) now.one->publish(name, "1");
       CHECK(now["categories_forgotten"] == 0);
       for (const auto* name : {"c", "d", "e"}) now.one->publish(name, "1");
       CHECK(now["categories_forgotten"] == 3);
       CHECK(now["categories"] == 2);
     }},
    {"request_bytes",
     [] {
       const counted now;
       client slow(now.server->port());
       const auto whole = request_text("POST", "/publish", "", R"({"category":"a","data":)" + kilobyte + '}');
       slow.send(whole.substr(0, whole.size() - 1));
       CHECK(eventually([&] { return now["request_bytes"] > 1'000; }));
       slow.send(whole.substr(whole.size() - 1));
       CHECK(slow.receive()->status == 200);
       CHECK(now.comes_to("request_bytes", 0));
     }},
    {"reply_bytes",
     [] {
       const counted now;
       const auto large = '"' + std::string(60'000, 'x') + '"';
       for (int i = 0; i < 20; ++i) now.one->publish("a", large);
       client stalled(now.server->port());
       std::string polls;
       for (int i = 0; i < 20; ++i) polls += request_text("GET", "/events?category=a&since_time=0");
       stalled.send(polls);
       CHECK(eventually([&] { return now["reply_bytes"] > 0; }));
       stalled.reset();
       CHECK(now.comes_to("reply_bytes", 0));
     }},
};

}  // namespace

TEST_CASE("each counter moves with what it counts, and back where that ends", "[http]") {
  for (const auto& row : counters()) {
    DYNAMIC_SECTION(row.name) {
      const auto found = movers.find(row.name);
      REQUIRE(found != movers.end());
      found->second();
    }
  }
  CHECK(movers.size() == counters().size());
}

TEST_CASE("the status has every counter under its name", "[http]") {
  const counted now;
  now.one->publish("a", "1");
  const auto status = now.one->get("/demo/status")->json();
  for (const auto& row : counters()) {
    CAPTURE(row.name);
    REQUIRE(status.as_object().contains(row.name));
    CHECK(status.at(row.name).as_int64() == now[row.name]);
    CHECK_FALSE(row.help.empty());
  }
}
