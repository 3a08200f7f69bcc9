#include "longpolld/http/metrics.hpp"

#include "support/admin.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("metrics are what Prometheus takes, strictly read", "[http]") {
  const operated one;
  client(one.port()).publish("a", "1");
  const auto got = one.get("/metrics");
  CHECK(got.status == 200);
  CHECK(got.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(got.field("Cache-Control") == "no-store");
  const exposition read(got.body);
  for (const auto& problem : read.problems()) FAIL_CHECK(problem);
  for (const auto& row : metric_rows()) {
    CAPTURE(row.name);
    const auto name = std::string(row.name);
    const bool is_of_others = name.starts_with("longpolld_redis_") || name == "longpolld_store_file_bytes" ||
                              name == "longpolld_store_commit_duration_seconds";
    CHECK(read.types().contains(name) == !is_of_others);
  }
  const auto version = std::string(client(one.port()).get("/healthz")->json().at("version").as_string());
  CHECK(read.value("longpolld_build_info{version=\"" + version + "\",store=\"memory\"}") == 1);
}

TEST_CASE("promtool has nothing to say of the metrics", "[http]") {
  if (shell("command -v promtool").code != 0) {
    WARN("left out: what promtool says of the metrics: it is not here");
    return;
  }
  const operated one;
  client(one.port()).publish("a", "1");
  const auto file = common_authority().write("");
  std::ofstream(file) << one.get("/metrics").body;
  const auto said = shell("promtool check metrics <" + file);
  INFO(said.output);
  CHECK(said.code == 0);
  CHECK(said.output.empty());
}

TEST_CASE("no metric has a category, an address or a key in it", "[http]") {
  const operated one(test_config(),
                     rules_of("[anyone]\nsubscribe = [\"*\"]\npublish = [\"*\"]\n" + backend_table()));
  client by(one.port());
  REQUIRE_FALSE(by.publish("secret-category", "1").empty());
  REQUIRE(by.get("/events?category=secret-category&since_time=0&timeout=1", bearer(backend_secret))->status ==
          200);
  CHECK(by.get("/secret-path")->status == 404);
  std::istringstream lines(one.get("/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    if (line.starts_with('#')) continue;
    for (const auto* hidden : {"secret", "127.0.0.1", "backend"}) CHECK(line.find(hidden) == line.npos);
  }
}

TEST_CASE("polls are counted while they are parked, and by how they end", "[http]") {
  operated one;
  const auto ended = [&](const std::string& how, double times) {
    return one.comes_to("longpolld_polls_ended_total{end=\"" + how + "\"}", times);
  };
  client by(one.port()), waits(one.port()), goes(one.port()), times_out(one.port());
  waits.send(request_text("GET", "/events?category=a&category=b&timeout=100"));
  goes.send(request_text("GET", "/events?category=c&timeout=100"));
  REQUIRE(one.server().parks(2));
  CHECK(one.comes_to("longpolld_parked_polls", 2));
  CHECK(one.comes_to("longpolld_parked_seats", 3));
  CHECK(one.comes_to("longpolld_connections_by_state{state=\"parked\"}", 2));
  CHECK(one.comes_to("longpolld_connections_by_state{state=\"waiting\"}", 1));  // who asks this
  CHECK(times_out.get("/events?category=d&timeout=1")->status == 200);
  CHECK(ended("timeout", 1));
  by.publish("b", "1");
  REQUIRE(waits.receive());
  CHECK(ended("event", 1));
  goes.reset();
  CHECK(ended("gone", 1));
  CHECK(one.comes_to("longpolld_parked_polls", 0));
  const auto read = one.metrics();
  CHECK(read.value("longpolld_wake_latency_seconds_count") == 1);
  CHECK(read.value("longpolld_events_delivered_total") == 1);
  CHECK(read.value("longpolld_events_published_total") == 1);
}

TEST_CASE("a poll that ends with its token is counted as that", "[http]") {
  operated one(test_config(), rules_of(site_table("subscribe = [\"*\"]\nleeway_seconds = 0\n")));
  client by(one.port());
  const auto got =
      by.get("/events?category=a&timeout=60", bearer(site_token("ann", std::chrono::seconds(2))));
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(one.comes_to("longpolld_polls_ended_total{end=\"token_expired\"}", 1));
  CHECK(one.metrics().value("longpolld_access_verdicts_total{verdict=\"allowed\"}") == 1);
  CHECK(one.metrics().value("longpolld_access_credentials_total{found=\"verified\"}") == 1);
  CHECK(by.get("/events?category=a&timeout=1")->status == 401);
  CHECK(one.metrics().value("longpolld_access_verdicts_total{verdict=\"unauthorized\"}") == 1);
}

TEST_CASE("requests are counted by endpoint and class of status, and bytes go both ways", "[http]") {
  const operated one;
  client by(one.port());
  by.publish("a", "1");
  CHECK(by.post("/publish", "nonsense")->status == 400);
  CHECK(by.get("/nowhere")->status == 404);
  CHECK(by.get("/events?category=a&since_time=0&timeout=1")->status == 200);
  const auto read = one.metrics();
  const auto requests = [&](const std::string& endpoint, const std::string& status) {
    return read.value("longpolld_requests_total{endpoint=\"" + endpoint + "\",status=\"" + status + "\"}");
  };
  CHECK(requests("/publish", "2xx") == 1);
  CHECK(requests("/publish", "4xx") == 1);
  CHECK(requests("/events", "2xx") == 1);
  CHECK(requests("none", "4xx") == 1);
  // Of those that have an endpoint, and are not the operator's.
  CHECK(read.value("longpolld_request_duration_seconds_count") == 3);
  CHECK(one.metrics().value("longpolld_request_duration_seconds_count") == 3);
  CHECK(*read.value("longpolld_received_bytes_total") > 200);
  CHECK(*read.value("longpolld_sent_bytes_total") > 400);
  CHECK(*read.value("longpolld_connections_accepted_total") == 2);
}

TEST_CASE("a gap that is told is counted", "[http]") {
  auto of = test_config();
  of.max_event_buffer_size = 1;
  const operated one(of);
  client by(one.port());
  const auto first = by.publish("a", "1");
  by.publish("a", "2");
  by.publish("a", "3");
  REQUIRE(by.get("/events?category=a&timeout=1&last_id=" + first)->body.find("gap") != std::string::npos);
  CHECK(one.metrics().value("longpolld_gaps_told_total") == 1);
}

TEST_CASE("a limit that is reached is counted under its option", "[http]") {
  auto of = test_config();
  of.max_parked_polls = 1;
  operated one(of);
  client waits(one.port()), refused(one.port());
  waits.send(request_text("GET", "/events?category=a&timeout=100"));
  REQUIRE(one.server().parks(1));
  CHECK(refused.get("/events?category=a&timeout=100")->status == 503);
  CHECK(one.metrics().value("longpolld_limit_reached_total{limit=\"max_parked_polls\"}") == 1);
  CHECK(one.metrics().value("longpolld_limit_reached_total{limit=\"max_connections\"}") == 0);
}

TEST_CASE("what nobody counts has no count that stays 0", "[http]") {
  auto of = test_config();
  of.max_events_per_reply = 1;
  of.max_requests_per_connection = 1;
  const operated one(of);
  REQUIRE_FALSE(client(one.port()).publish("a", "1").empty());
  const auto read = one.metrics();
  CHECK_FALSE(read.value("longpolld_limit_reached_total{limit=\"max_events_per_reply\"}"));
  CHECK_FALSE(read.value("longpolld_limit_reached_total{limit=\"max_requests_per_connection\"}"));
  CHECK(read.value("longpolld_limit_reached_total{limit=\"head_timeout_seconds\"}") == 0);
}

TEST_CASE("counters never fall while a server is used", "[http]") {
  operated one;
  std::atomic<bool> is_over{false};
  std::vector<std::thread> users;
  for (int i = 0; i < 3; ++i) {
    users.emplace_back([&, i] {
      while (!is_over) {
        client by(one.port());
        for (int n = 0; n < 20; ++n) by.publish("c" + std::to_string(i), "1");
        static_cast<void>(by.get("/events?category=c0&since_time=0&timeout=1"));
        static_cast<void>(by.get("/nowhere"));
      }
    });
  }
  auto before = one.metrics();
  for (int i = 0; i < 30; ++i) {
    auto now = one.metrics();
    for (const auto& series : now.fallen_since(before)) FAIL_CHECK(series);
    for (const auto& problem : now.problems()) FAIL_CHECK(problem);
    before = std::move(now);
  }
  is_over = true;
  for (auto& user : users) user.join();
}

TEST_CASE("connections by state are as many as there are, whatever they have done", "[http]") {
  operated one;
  {
    client idle(one.port()), half(one.port()), waits(one.port()), body(one.port());
    REQUIRE(idle.get("/healthz"));
    half.send("GET /healthz HTTP/1.1\r\n");
    body.send("POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
    waits.send(request_text("GET", "/events?category=a&timeout=100"));
    CHECK(eventually([&] {
      const auto now = one.metrics();
      const auto in = [&](const std::string& state) {
        return now.value("longpolld_connections_by_state{state=\"" + state + "\"}").value_or(-1);
      };
      return in("idle") == 1 && in("head") == 1 && in("body") == 1 && in("parked") == 1 && in("waiting") == 1;
    }));
  }
  CHECK(one.comes_to("longpolld_connections", 1));
  CHECK(eventually([&] { return one.metrics().sum("longpolld_connections_by_state") == 1; }));
}

TEST_CASE("a thread that stands still shows, and metrics are told all the same", "[http]") {
  operated one;
  auto& pool = one.server()->pool();
  std::atomic<bool> is_over{false};
  pool[1].post([&] {
    while (!is_over) pause_briefly();
  });
  CHECK(eventually([&] {
    // Connections go to the threads in turn, so that every other is answered.
    client by(one.admin_port());
    by.send(request_text("GET", "/metrics"));
    if (!by.readable(std::chrono::milliseconds(200))) return false;
    const auto age = exposition(by.receive()->body).value("longpolld_shard_turn_age_seconds{shard=\"1\"}");
    return age.value_or(0) > 0.2;
  }));
  is_over = true;
  CHECK(eventually([&] {
    const auto now = one.metrics();
    const auto all = now.value("longpolld_shard_turn_duration_seconds_count{shard=\"1\"}");
    return all > now.value("longpolld_shard_turn_duration_seconds_bucket{shard=\"1\",le=\"0.1\"}");
  }));
}

TEST_CASE("the process is described as the system sees it", "[http]") {
  const operated one;
  const auto now = one.metrics();
  CHECK(*now.value("process_resident_memory_bytes") > 1e6);
  CHECK(*now.value("process_open_fds") > 5);
  CHECK(*now.value("process_max_fds") >= *now.value("process_open_fds"));
  CHECK(*now.value("process_cpu_seconds_total") > 0);
  const auto age = static_cast<double>(std::time(nullptr)) - *now.value("process_start_time_seconds");
  CHECK(age >= -1);
  CHECK(age < 36'000);
}
