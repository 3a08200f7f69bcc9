#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::string events(const std::string& query) { return "/events?" + query; }

std::size_t count(const std::optional<received>& answer) {
  REQUIRE(answer);
  REQUIRE(answer->status == 200);
  const auto body = answer->json();
  return body.as_object().contains("events") ? body.at("events").as_array().size() : 0;
}

std::string cursor(const std::optional<received>& answer) {
  return std::string(answer->json().at("cursor").as_string());
}

}  // namespace

TEST_CASE("a parked poll is answered by the next event, byte for byte", "[http]") {
  test_server server;
  client waits(server.port());
  client publisher(server.port());
  waits.send(request_text("GET", events("category=farm&timeout=20")));
  REQUIRE(server.parks(1));
  const std::string data = R"({ "a" : [1, 2.50, "\u0041\ud83d"] })";
  const auto id = publisher.publish("farm", data);
  const auto answer = waits.receive();
  REQUIRE(answer);
  CHECK(answer->body.find("\"data\":" + data + ",") != std::string::npos);
  CHECK(answer->body.find("\"cursor\":\"" + id + '"') != std::string::npos);
  CHECK(server.parks(0));
}

TEST_CASE("events published between two polls come with the next one, in order", "[http]") {
  test_server server;
  client one(server.port());
  const auto first = one.publish("farm", "1");
  const auto second = one.publish("farm", "2");
  const auto third = one.publish("farm", "3");
  const auto answer = one.get(events("category=farm&cursor=" + first));
  REQUIRE(count(answer) == 2);
  CHECK(answer->json().at("events").at(0).at("id").as_string() == second);
  CHECK(answer->json().at("events").at(1).at("id").as_string() == third);
  CHECK(count(one.get(events("category=farm&last_id=" + second))) == 1);
  CHECK(count(one.get(events("category=farm&since_time=0"))) == 3);
}

TEST_CASE("a timeout comes in time, with a promise and a cursor", "[http]") {
  test_server server;
  client one(server.port());
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = one.get(events("category=farm&timeout=1"));
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took >= std::chrono::milliseconds(950));
  CHECK(took < std::chrono::milliseconds(2500));
  const auto body = answer->json();
  CHECK(body.at("timeout").as_string() == "no events before timeout");
  const auto promise = body.at("timestamp").as_int64();
  one.publish("farm", "1");
  const auto next = one.get(events("category=farm&cursor=" + cursor(answer)));
  REQUIRE(count(next) == 1);
  CHECK_FALSE(next->json().as_object().contains("gap"));
  CHECK(next->json().at("events").at(0).at("timestamp").as_int64() > promise);
  CHECK(count(one.get(events("category=farm&since_time=" + std::to_string(promise)))) == 1);
}

TEST_CASE("each poll times out in its own time, whatever else ends meanwhile", "[http]") {
  auto of = test_config();
  of.threads = 1;
  test_server server(of);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<client>> waiting;
  for (const int seconds : {1, 2, 3}) {
    waiting.push_back(std::make_unique<client>(server.port()));
    waiting.back()->send(request_text("GET", "/events?category=a&timeout=" + std::to_string(seconds)));
  }
  for (int seconds = 1; seconds <= 3; ++seconds) {
    const auto answer = waiting[static_cast<std::size_t>(seconds) - 1]->receive();
    REQUIRE(answer);
    CHECK(answer->json().as_object().contains("timeout"));
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took > std::chrono::milliseconds(1'000 * seconds - 50));
    CHECK(took < std::chrono::milliseconds(1'000 * seconds + 900));
  }
}

TEST_CASE("several categories share one poll and one cursor", "[http]") {
  test_server server;
  client one(server.port());
  client waits(server.port());
  waits.send(request_text("GET", events("category=a&category=b&timeout=20")));
  REQUIRE(server.parks(1));
  one.publish("b", "1");
  const auto first = waits.receive();
  REQUIRE(count(first) == 1);
  one.publish("a", "2");
  one.publish("b", "3");
  const auto rest = one.get(events("category=a&category=b&cursor=" + cursor(first)));
  REQUIRE(count(rest) == 2);
  CHECK(rest->json().at("events").at(0).at("data").as_int64() == 2);
  CHECK(one.get(events("category=a&category=b&last_id=" + cursor(first).substr(0, 36)))->status == 400);
}

TEST_CASE("a batch is accepted whole or not at all", "[http]") {
  test_server server;
  client one(server.port());
  const auto answer = one.post("/publish", R"([{"category":"a","data":1},{"category":"b","data":2}])");
  REQUIRE(answer->status == 200);
  CHECK(answer->json().at("events").as_array().size() == 2);
  CHECK(one.post("/publish", R"([{"category":"a","data":3},{"category":"","data":4}])")->status == 400);
  CHECK(count(one.get(events("category=a&since_time=0"))) == 1);
}

TEST_CASE("every reply carries what browsers and caches need", "[http]") {
  test_server server;
  client one(server.port());
  for (const auto* target : {"/healthz", "/readyz", "/events?category=a&timeout=1", "/events", "/nothing"}) {
    const auto answer = one.get(target);
    REQUIRE(answer);
    CHECK(answer->field("Content-Type") == "application/json; charset=utf-8");
    CHECK(answer->field("Cache-Control") == "no-store");
    CHECK(answer->field("X-Content-Type-Options") == "nosniff");
    CHECK(answer->field("Date").size() == 29);
    CHECK(answer->field("Server").empty());
  }
}

TEST_CASE("errors have a true status and a sentence", "[http]") {
  test_server server;
  client one(server.port());
  const auto status = [&](const std::string& method, const std::string& target,
                          const std::string& fields = "", const std::string& body = "") {
    client fresh(server.port());
    fresh.send(request_text(method, target, fields, body));
    const auto answer = fresh.receive(method != "HEAD");
    REQUIRE(answer);
    if (answer->status >= 400 && method != "HEAD") CHECK(answer->json().at("error").as_string().size() > 5);
    return answer->status;
  };
  CHECK(status("GET", "/events") == 400);
  CHECK(status("GET", "/events?category=a&timeout=0") == 400);
  for (const auto* path :
       {"/events/", "/EVENTS", "//events", "/./events", "/%65vents", "/demo/../etc", "/x"}) {
    CHECK(status("GET", path) == 404);
  }
  CHECK(status("GET", "/publish") == 405);
  CHECK(status("POST", "/events", "", "x") == 405);
  CHECK(status("PUT", "/events") == 405);
  for (const auto* path : {"/events", "/publish", "/healthz", "/x"}) {
    CHECK(status("PTU", path) == 501);
    CHECK(status("get", path) == 501);
  }
  CHECK(status("POST", "/publish", "", "x") == 400);
  CHECK(status("POST", "/publish", "", "[1]") == 400);
  CHECK(status("POST", "/publish", "Content-Encoding: gzip\r\n", "x") == 415);
  CHECK(status("POST", "/publish", "Expect: 200-maybe\r\n", "x") == 417);
  CHECK(status("GET", "/" + std::string(9000, 'a')) == 414);
  CHECK(status("GET", "/", "X: " + std::string(17000, 'a') + "\r\n") == 431);
  client raw(server.port());
  raw.send("POST /publish HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(raw.receive()->status == 411);
  client old(server.port());
  old.send("GET / HTTP/2.0\r\nHost: a\r\n\r\n");
  CHECK(old.receive()->status == 505);
}

TEST_CASE("405 names what is allowed", "[http]") {
  test_server server;
  client one(server.port());
  CHECK(one.get("/publish")->field("Allow") == "POST, OPTIONS");
}

TEST_CASE("the client is served where events are, with and without the demo, as modules of its own",
          "[http]") {
  for (const auto demo : {demo_mode::on, demo_mode::off}) {
    auto limits = test_config();
    limits.demo = demo;
    limits.publish_listen = {"127.0.0.1:0"};
    test_server server(limits);
    client one(server.port()), publishing(server.port(1));
    for (const auto* path : {"/client.js", "/client-tabs.js"}) {
      const auto answer = one.get(path);
      CHECK((answer->status == 200 && answer->body.find("export") != std::string::npos));
      CHECK(answer->field("Content-Type") == "text/javascript; charset=utf-8");
      CHECK(publishing.get(path)->status == 404);
    }
    CHECK(one.get("/client.d.ts")->body.find("export function subscribe") != std::string::npos);
    CHECK(publishing.get("/client.d.ts")->status == 404);
    for (const auto* path : {"/client.html", "/package.json", "/client.d.ts/"}) {
      CHECK(one.get(path)->status == 404);
    }
    for (const auto* path : {"/demo/basic.html", "/demo/style.css", "/demo/icon.svg"}) {
      CHECK(one.get(path)->status == (demo == demo_mode::on ? 200 : 404));
    }
    CHECK(one.get("/demo/")->status == 404);
  }
}

TEST_CASE("what follows a CONNECT was meant for a tunnel and is not read", "[http]") {
  test_server server;
  for (int round = 0; round < 2; ++round) {
    client known(server.port());
    known.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(known.receive()->field("Connection").empty());
    client one(server.port());
    one.send("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto refused = one.receive();
    CHECK(refused->status == 501);
    CHECK(refused->field("Connection") == "close");
    CHECK(one.receive_all().empty());
  }
}

TEST_CASE("HEAD answers like GET without a body and never parks", "[http]") {
  test_server server;
  client one(server.port());
  one.send(request_text("HEAD", events("category=a&timeout=100")));
  const auto answer = one.receive(false);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(std::stoul(answer->field("Content-Length")) > 20);
  CHECK(count(one.get(events("category=a&timeout=1"))) == 0);
  CHECK(server.parks(0));
}

TEST_CASE("pipelined requests are answered in order, also behind a parked poll", "[http]") {
  test_server server;
  client one(server.port());
  one.send(request_text("GET", "/healthz") + request_text("GET", events("category=a&timeout=1")) +
           request_text("POST", "/publish", "", R"({"category":"a","data":1})") +
           request_text("GET", "/readyz"));
  CHECK(one.receive()->body.find("version") != std::string::npos);
  CHECK(one.receive()->body.find("timeout") != std::string::npos);
  CHECK(one.receive()->body.find("success") != std::string::npos);
  CHECK(one.receive()->body.find("ready") != std::string::npos);
}

TEST_CASE("with publish_listen publishing is answered there and nowhere else", "[http]") {
  auto of = test_config();
  of.publish_listen = {"127.0.0.1:0"};
  test_server server(of);
  client subscribers(server.port(0));
  client publishers(server.port(1));
  const std::string body = R"({"category":"a","data":1})";
  CHECK(subscribers.post("/publish", body)->status == 404);
  CHECK(publishers.post("/publish", body)->status == 200);
  client other(server.port(1));
  CHECK(other.get(events("category=a&since_time=0"))->status == 404);
  CHECK(other.get("/healthz")->status == 200);
  client fresh(server.port(0));
  CHECK(count(fresh.get(events("category=a&since_time=0"))) == 1);
}

TEST_CASE("a publisher gets its reply before any poll is woken", "[http]") {
  auto of = test_config();
  of.threads = 1;
  test_server server(of);
  std::vector<std::unique_ptr<client>> waits;
  for (int i = 0; i < 50; ++i) {
    waits.push_back(std::make_unique<client>(server.port()));
    waits.back()->send(request_text("GET", events("category=a&timeout=20")));
  }
  REQUIRE(server.parks(50));
  client publisher(server.port());
  CHECK_FALSE(publisher.publish("a", "1").empty());
  for (auto& one : waits) CHECK(count(one->receive()) == 1);
}

TEST_CASE("a category in the query makes the body its data", "[http]") {
  test_server server;
  client one(server.port());
  for (int round = 0; round < 2; ++round) {  // the second head is remembered
    const auto text = one.post("/publish?category=farm%2Fpig", "oink", "Content-Type: text/plain\r\n");
    REQUIRE(text);
    CHECK(text->status == 200);
    CHECK(text->json().at("success").as_bool());
    CHECK(text->json().as_object().contains("id"));
  }
  CHECK(one.post("/publish?category=farm/pig", R"({"a": 1})", "Content-Type: application/json\r\n")->status ==
        200);
  const auto all = one.get("/events?category=farm/pig&since_time=0")->json().at("events").as_array();
  REQUIRE(all.size() == 3);
  CHECK(all[0].at("data") == "oink");
  CHECK(all[2].at("data").at("a") == 1);
  CHECK(one.post("/publish?category=a", "oink")->status == 415);
  CHECK(
      one.post("/publish?category=a", "x=1", "Content-Type: application/x-www-form-urlencoded\r\n")->status ==
      415);
  CHECK(one.post("/publish?category=a", "1", "Content-Type: text/plain\r\nContent-Type: text/plain\r\n")
            ->status == 415);
  CHECK(one.post("/publish?category=a&category=b", "1", "Content-Type: text/plain\r\n")->status == 400);
  CHECK(one.post("/publish?category=", "1", "Content-Type: text/plain\r\n")->status == 400);
  CHECK(one.post("/publish?other=1", R"({"category":"a","data":1})")->status == 200);
}
