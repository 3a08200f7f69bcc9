#include "support/admin.hpp"
#include "support/catch.hpp"

using namespace longpolld;
using namespace longpolld::test;

// Who reaches what an operator may, and its answers but for the pages of categories.

namespace {

const std::vector<std::string> paths{"/metrics", "/admin/categories", "/admin/status", "/admin/reload"};

std::string admin_table(bool is_admin) { return backend_table() + (is_admin ? "admin = true\n" : ""); }

const std::string elsewhere = "X-Forwarded-For: 203.0.113.9\r\n";

}  // namespace

TEST_CASE("what is an operator's is at no other address, and nothing else at his", "[http]") {
  auto of = test_config();
  of.publish_listen = {"127.0.0.1:0"};
  const operated one(of);
  const auto others = of.listen.size() + of.tls_listen.size();
  for (const auto& path : paths) {
    INFO(path);
    for (const auto port : {one.port(), const_cast<operated&>(one).server().port(others)}) {
      CHECK(client(port).get(path)->status == 404);
      CHECK(client(port).post(path, "")->status == 404);
    }
  }
  for (const auto* path : {"/", "/events?category=a", "/healthz", "/readyz", "/client.js", "/demo/status",
                           "/admin/nothing", "/metrics/", "//metrics", "/%6detrics"}) {
    INFO(path);
    CHECK(one.get(path).status == 404);
  }
  CHECK(one.ask("POST", "/publish").status == 404);
}

TEST_CASE("whoever is on this machine needs no credentials there", "[http]") {
  const operated one;
  CHECK(one.get("/metrics").status == 200);
  CHECK(one.get("/admin/status").status == 200);
  CHECK(one.get("/admin/categories").status == 200);
  CHECK(one.ask("DELETE", "/admin/categories?category=a").status == 200);
}

TEST_CASE("whoever is elsewhere needs a key with admin", "[http]") {
  const operated one(test_config(), rules_of(admin_table(true)));
  for (const auto& path : paths) {
    const auto method = path == "/admin/reload" ? "POST" : "GET";
    CAPTURE(path);
    const auto refused = one.ask(method, path, elsewhere);
    CHECK(refused.status == 401);
    CHECK(refused.head.find("WWW-Authenticate: Bearer") != std::string::npos);
    CHECK(refused.field("Connection") == "close");
    CHECK(one.ask(method, path, elsewhere + bearer("wrong")).status == 401);
    const auto let_in = one.ask(method, path, elsewhere + bearer(backend_secret)).status;
    CHECK(let_in == (path == "/admin/reload" ? 422 : 200));  // there is nothing to read again
  }
  CHECK(one.get("/metrics", bearer("wrong")).status == 401);
  CHECK(one.get("/metrics", "Forwarded: for=1.2.3.4\r\n").status == 401);
  CHECK(one.ask("DELETE", "/admin/categories?category=a", elsewhere).status == 401);
  CHECK(one.ask("OPTIONS", "/metrics", elsewhere).status == 401);
}

TEST_CASE("a key without admin, and a token, are not enough from elsewhere", "[http]") {
  const operated one(test_config(), rules_of(admin_table(false) + site_table("subscribe = [\"*\"]\n")));
  CHECK(one.get("/metrics", elsewhere + bearer(backend_secret)).status == 403);
  CHECK(one.get("/metrics", elsewhere + bearer(site_token("ann", std::chrono::hours(1), "\"admin\":true")))
            .status == 403);
  CHECK(one.get("/metrics", bearer(backend_secret)).status == 200);
}

TEST_CASE("no page of another origin changes anything there, though it may publish", "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"https://friend.example"};
  const operated one(of);
  client(one.port()).publish("a", "1");
  for (const std::string fields : {"Origin: https://friend.example\r\n", "Origin: https://evil.example\r\n",
                                   "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n",
                                   "Sec-Fetch-Site: same-site\r\n", "Origin: http://localhost:1\r\n"}) {
    CAPTURE(fields);
    CHECK(one.ask("DELETE", "/admin/categories?category=a", fields).status == 403);
    CHECK(one.ask("POST", "/admin/reload", fields).status == 403);
    for (const auto* method : {"GET", "OPTIONS", "DELETE"}) {
      const auto got = one.ask(method, "/admin/categories?category=a",
                               fields + "Access-Control-Request-Method: DELETE\r\n");
      CHECK(got.head.find("Access-Control") == std::string::npos);
      CHECK(got.head.find("Vary") == std::string::npos);
    }
  }
  CHECK(
      one.ask("DELETE", "/admin/categories?category=a", "Origin: http://localhost\r\n").json().at("purged") ==
      1);
}

TEST_CASE("with every origin allowed there is no CORS for what is an operator's", "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"*"};
  const operated one(of);
  const std::string origin = "Origin: https://evil.example\r\n";
  CHECK(one.ask("POST", "/admin/reload", origin).status == 403);
  CHECK(one.get("/metrics", origin).head.find("Access-Control") == std::string::npos);
  client odd(one.admin_port());
  odd.send("GET /metrics\r\n" + origin + "\r\n");
  CHECK(odd.receive_all().find("Access-Control") == std::string::npos);
}

TEST_CASE("a name that resolves to this machine gets nothing there, whatever allowed_hosts lets pass",
          "[http]") {
  auto of = test_config();
  of.allowed_hosts = {"*", "site.example"};
  const operated one(of);
  const auto status = [&](const std::string& host) {
    client by(one.admin_port());
    by.send("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return by.receive()->status;
  };
  CHECK(status("evil.example") == 421);
  CHECK(status("evil.example:8081") == 421);
  CHECK(status("localhost:8081") == 200);
  CHECK(status("127.0.0.1") == 200);
  CHECK(status("site.example") == 200);
}

TEST_CASE("HEAD is answered as GET, without the body", "[http]") {
  const operated one;
  for (const auto& path : paths) {
    CAPTURE(path);
    const auto head = one.ask("HEAD", path);
    CHECK(head.status == (path == "/admin/reload" ? 405 : 200));
    CHECK(head.body.empty());
    CHECK(head.field("Content-Length") != "0");
  }
}

TEST_CASE("methods that a path does not have are refused, and it says which it has", "[http]") {
  const operated one;
  const auto refused = one.ask("DELETE", "/metrics");
  CHECK(refused.status == 405);
  CHECK(refused.field("Allow") == "GET, HEAD, OPTIONS");
  CHECK(one.ask("POST", "/admin/categories").field("Allow") == "GET, HEAD, DELETE, OPTIONS");
  CHECK(one.get("/admin/reload").field("Allow") == "POST, OPTIONS");
  CHECK(one.ask("OPTIONS", "/admin/categories").status == 204);
  CHECK(client(one.port()).get("/healthz")->status == 200);
  client public_one(one.port());
  public_one.send(request_text("DELETE", "/events?category=a"));
  CHECK(public_one.receive()->status == 405);
}

TEST_CASE("an operator's connections take no subscriber's place, and have a limit of their own", "[http]") {
  auto of = test_config();
  of.max_connections = 1;
  of.max_admin_connections = 2;
  const operated one(of);
  client subscriber(one.port());
  REQUIRE(subscriber.get("/healthz")->status == 200);
  client first(one.admin_port()), second(one.admin_port());
  REQUIRE(first.get("/metrics")->status == 200);
  REQUIRE(second.get("/metrics")->status == 200);
  client third(one.admin_port());
  CHECK(third.receive_all().find("max_admin_connections = 2") != std::string::npos);
  CHECK(first.get("/metrics")
            ->body.find("longpolld_limit_reached_total{limit=\"max_admin_connections\"} 1\n") !=
        std::string::npos);
  first.reset();
  CHECK(eventually([&] { return one.get("/metrics").status == 200; }));
  CHECK(subscriber.get("/healthz")->status == 200);
}

TEST_CASE("the status has what a page for the operator needs", "[http]") {
  const operated one;
  client(one.port()).publish("a", "1");
  const auto status = one.get("/admin/status").json();
  CHECK(status.at("version") == client(one.port()).get("/healthz")->json().at("version"));
  CHECK(status.at("uptime_seconds").to_number<double>() >= 0);
  CHECK(status.at("draining") == false);
  CHECK(status.at("threads") == 2);
  CHECK(status.at("store").at("kind") == "memory");
  CHECK(status.at("store").at("state") == "ready");
  CHECK(status.at("events_published") == 1);
  CHECK(status.at("limits_reached").as_object().empty());
  const auto& metrics = status.at("metrics");
  CHECK(metrics.at("requests_total").at("/publish").at("2xx") == 1);
  CHECK(metrics.at("polls_ended_total").at("event") == 0);
  CHECK(metrics.at("shard_turn_duration_seconds").at("1").at("counts").is_array());
  CHECK(metrics.at("wake_latency_seconds").at("bounds").is_array());
}

TEST_CASE("many questions at once are each answered", "[http]") {
  const operated one;
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 40; ++i) {
    all.push_back(std::make_unique<client>(one.admin_port()));
    std::string asked;
    for (int n = 0; n < 10; ++n)
      asked += request_text("GET", "/metrics") + request_text("GET", "/admin/categories");
    all.back()->send(asked);
  }
  for (auto& by : all) {
    for (int n = 0; n < 10; ++n) {
      const auto metrics = by->receive();
      REQUIRE(metrics);
      CHECK(metrics->body.starts_with("# HELP"));
      CHECK(by->receive()->body == R"({"categories":[]})");
    }
  }
}
