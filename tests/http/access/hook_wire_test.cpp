#include "http/access/hook_wire.hpp"

#include "support/catch.hpp"

#include <memory>
#include <vector>

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("the backend is asked about what no rule allows, and told who, what and from where", "[http]") {
  backend site(always(allowed));
  test_server server(test_config(), rules_asking(site));
  client one(server.port());
  CHECK(one.get("/events?category=public" + now_or_soon)->status == 200);
  CHECK(site.requests() == 0);
  CHECK(one.get("/events?category=b&category=public&category=a" + now_or_soon, cookie)->status == 200);
  CHECK(site.last_request().find(R"({"action":"subscribe","categories":["a","b"],"client":"127.0.0.1"})") !=
        std::string::npos);
  CHECK(site.last_request().find("Cookie: session=1\r\n") != std::string::npos);
  CHECK(publish_status(one, "a", cookie) == 200);
  CHECK(site.last_request().find(R"("action":"publish")") != std::string::npos);
  CHECK(site.requests() == 2);
}

TEST_CASE("the backend's no is passed on, and names the first category that it refuses", "[http]") {
  const auto status = [](const std::string& answer, std::string& body) {
    backend site(always(answer));
    test_server server(test_config(), rules_asking(site));
    client one(server.port());
    const auto reply = one.get("/events?category=b&category=a" + now_or_soon, cookie);
    body = reply->body;
    return reply->status;
  };
  std::string body;
  CHECK(status(said(401), body) == 401);
  CHECK(status(said(403), body) == 403);
  CHECK(body == R"({"error":"not allowed to subscribe to \"b\""})");
  CHECK(status(said(200, R"({"allow":["b"]})"), body) == 403);
  CHECK(body == R"({"error":"not allowed to subscribe to \"a\""})");
  CHECK(status(said(200, "<html>log in</html>"), body) == 503);
  CHECK(status(said(500), body) == 503);
  CHECK(status(said(302), body) == 503);
}

TEST_CASE("many polls with equal credentials ask once, on any number of threads", "[http]") {
  backend site(always(allowed));
  test_server server(test_config(), rules_asking(site));
  std::vector<std::unique_ptr<client>> waits;
  for (int i = 0; i < 60; ++i) {
    waits.push_back(std::make_unique<client>(server.port()));
    waits.back()->send(request_text("GET", "/events?category=a&timeout=100", cookie));
  }
  REQUIRE(server.parks(60));
  CHECK(site.requests() == 1);
  client one(server.port());
  CHECK(publish_status(one, "a", cookie) == 200);
  for (auto& waiting : waits) CHECK(waiting->receive()->json().at("events").as_array().size() == 1);
  CHECK(one.get("/events?category=a" + now_or_soon, "Cookie: session=2\r\n")->status == 200);
  CHECK(site.requests() == 3);
}

TEST_CASE("while the backend is silent requests wait, others are served, and then they are 503", "[http]") {
  held_site site;
  test_server server(test_config(), rules_asking(site.server, "timeout_seconds = 1\n"));
  client waits(server.port()), gone(server.port()), other(server.port());
  waits.send(request_text("GET", "/events?category=a" + now_or_soon, cookie) +
             request_text("GET", "/healthz"));
  gone.send(request_text("GET", "/events?category=a" + now_or_soon, cookie));
  gone.close();
  CHECK(other.get("/events?category=public" + now_or_soon)->status == 200);
  const auto late = waits.receive();
  CHECK(late->status == 503);
  CHECK(late->field("Retry-After") == "1");
  CHECK(waits.receive()->status == 200);
  site.server.go_on();
}

TEST_CASE("a server stops while requests wait for the backend", "[http]") {
  held_site site;
  std::vector<std::unique_ptr<client>> waits;
  {
    test_server server(test_config(), rules_asking(site.server, "timeout_seconds = 60\n"));
    for (int i = 0; i < 20; ++i) {
      waits.push_back(std::make_unique<client>(server.port()));
      waits.back()->send(request_text("GET", "/events?timeout=100&category=a" + std::to_string(i), cookie));
    }
    CHECK(eventually([&] { return site.server.requests() > 10; }));
  }
  site.server.go_on();
}

TEST_CASE("a token that nobody here knows is the backend's to judge where it is passed on", "[http]") {
  backend site(always(allowed));
  test_server server(test_config(), rules_asking(site, "", backend_table()));
  client one(server.port());
  CHECK(one.get("/events?category=a" + now_or_soon, bearer("of-the-site"))->status == 200);
  CHECK(site.last_request().find("Bearer of-the-site") != std::string::npos);
  const auto asked = site.requests();
  CHECK(one.get("/events?category=a" + now_or_soon, bearer(backend_secret))->status == 200);
  CHECK(site.requests() == asked);
  const auto rules =
      rules_of(backend_table() + "[hook]\nurl = \"http://127.0.0.1:" + std::to_string(site.port()) +
               "/\"\nforward = [\"Cookie\"]\n");
  test_server strict(test_config(), rules);
  CHECK(client(strict.port()).get("/events?category=a" + now_or_soon, bearer("of-the-site"))->status == 401);
  CHECK(site.requests() == asked);
}

TEST_CASE("the cookies of a page that is not allowed are not passed on", "[http]") {
  backend site(always(allowed));
  test_server server(test_config(), rules_asking(site));
  client one(server.port());
  CHECK(one.get("/events?category=a" + now_or_soon, cookie + "Origin: https://evil.example\r\n")->status ==
        200);
  CHECK(site.last_request().find("session") == std::string::npos);
  CHECK(one.get("/events?category=a" + now_or_soon, cookie)->status == 200);
  CHECK(site.last_request().find("session") != std::string::npos);
}

TEST_CASE("a batch and its body wait for the backend as they came", "[http]") {
  backend site(always(allowed));
  test_server server(test_config(), rules_asking(site));
  client one(server.port());
  const std::string large(50'000, 'x');
  const auto text = R"([{"category":"a","data":")" + large + R"("},{"category":"b","data":2}])";
  const auto reply = one.post("/publish", text, cookie);
  CHECK(reply->status == 200);
  CHECK(reply->json().at("events").as_array().size() == 2);
  const auto kept = one.get("/events?category=a" + now_or_soon, cookie);
  CHECK(kept->json().at("events").as_array().at(0).at("data").as_string() == large);
}

TEST_CASE("polls by the backend's word end when the hook changes", "[http]") {
  backend site(always(allowed)), other(always(said(403)));
  test_server server(test_config(), rules_asking(site));
  client waits(server.port());
  waits.send(request_text("GET", "/events?category=a&timeout=100", cookie));
  REQUIRE(server.parks(1));
  server->reconfigure(test_config(), rules_asking(site), nullptr);
  CHECK_FALSE(waits.readable(std::chrono::milliseconds(300)));
  server->reconfigure(test_config(), rules_asking(other), nullptr);
  CHECK(waits.receive()->body.find("timeout") != std::string::npos);
  // Another thread may follow a moment later.
  CHECK(eventually(
      [&] { return client(server.port()).get("/events?category=a" + now_or_soon, cookie)->status == 403; }));
}

TEST_CASE("a poll by a token's right and the backend's word together ends with the token", "[http]") {
  backend site(always(allowed));
  const auto rules = rules_asking(site, "", site_table("subscribe = [\"user.{sub}\"]\n"));
  test_server server(test_config(), rules);
  client one(server.port());
  const auto fields = bearer(site_token("a", std::chrono::milliseconds(-4'500)));  // with 5 s of leeway
  const auto begun = std::chrono::steady_clock::now();
  const auto ended = one.get("/events?category=user.a&category=other&timeout=60", fields);
  CHECK(site.requests() == 1);
  CHECK(ended->body.find("\"timeout\"") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
}

TEST_CASE("a poll by a token's right and the backend's word together ends when either is taken away",
          "[http]") {
  backend site(always(allowed));
  const auto with = [&](const std::string& lines) { return rules_asking(site, "", site_table(lines)); };
  test_server server(test_config(), with("subscribe = [\"user.{sub}\"]\n"));
  client one(server.port());
  one.send(
      request_text("GET", "/events?category=user.a&category=other&timeout=100", bearer(site_token("a"))));
  REQUIRE(server.parks(1));
  server->reconfigure(test_config(), with("subscribe = []\n"), nullptr);
  CHECK(one.receive()->body.find("\"timeout\"") != std::string::npos);
}

TEST_CASE("what one backend has said does not count once another is asked", "[http]") {
  held_site slow;
  backend next(always(said(403)));
  auto of = test_config();
  of.threads = 1;  // so that whoever sees the new origin allowed is asked about by the new hook
  test_server server(of, rules_asking(slow.server, "timeout_seconds = 20\n"));
  client one(server.port());
  one.send(request_text("GET", "/events?category=a&timeout=100", cookie));
  REQUIRE(eventually([&] { return slow.server.requests() == 1; }));
  of.cors_allow_origins = {"https://next.example"};
  server->reconfigure(of, rules_asking(next), nullptr);
  client looks(server.port());
  REQUIRE(eventually([&] {
    return !looks.get("/healthz", "Origin: https://next.example\r\n")
                ->field("Access-Control-Allow-Origin")
                .empty();
  }));
  slow.server.go_on();
  CHECK(one.receive()->status == 403);
}

TEST_CASE("a hook that is named by a host may come and change while the server runs", "[http]") {
  backend site(always(allowed));
  auto of = test_config();
  of.threads = 8;
  test_server server(of);
  for (int i = 0; i < 20; ++i) {
    const auto path = std::to_string(i);
    server->reconfigure(of,
                        rules_of("[hook]\nurl = \"http://localhost:" + std::to_string(site.port()) + "/" +
                                 path + "\"\nforward = [\"Cookie\"]\n"),
                        nullptr);
    const auto status = client(server.port()).get("/events?category=a" + now_or_soon, cookie)->status;
    CHECK((status == 200 || (i == 0 && status == 401)));
  }
}
