#include "longpolld/http/reply/cors.hpp"

#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

const std::string body = R"({"category":"a","data":1})";
std::string origin(const std::string& name) { return "Origin: " + name + "\r\n"; }

}  // namespace

TEST_CASE("an allowed origin is named in every reply, errors too", "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"https://ok.example", "https://fine.example"};
  test_server server(of);
  client one(server.port());
  for (const auto* target : {"/healthz", "/events?category=a&timeout=1", "/events", "/nothing"}) {
    const auto answer = one.get(target, origin("https://fine.example"));
    REQUIRE(answer);
    CHECK(answer->field("Access-Control-Allow-Origin") == "https://fine.example");
    CHECK(answer->field("Access-Control-Expose-Headers") == "Retry-After, Idempotent-Replayed");
    CHECK(answer->field("Vary") == "Origin");
  }
  CHECK(one.get("/healthz", origin("https://evil.example"))->field("Access-Control-Expose-Headers").empty());
}

TEST_CASE("a woken poll names the origin that asked", "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"https://ok.example"};
  test_server server(of);
  client same(server.port()), other(server.port()), publisher(server.port());
  same.send(request_text("GET", "/events?category=a"));
  other.send(request_text("GET", "/events?category=a", origin("https://ok.example")));
  REQUIRE(server.parks(2));
  publisher.publish("a", "1");
  CHECK(same.receive()->field("Access-Control-Allow-Origin").empty());
  CHECK(other.receive()->field("Access-Control-Allow-Origin") == "https://ok.example");
}

TEST_CASE("an origin that only looks allowed is not", "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"https://ok.example"};
  test_server server(of);
  for (const auto* name : {"https://ok.example.evil.com", "https://evilok.example", "null",
                           "https://ok.example:444", "HTTPS://OK.EXAMPLE", "http://ok.example"}) {
    client one(server.port());
    CHECK(one.get("/healthz", origin(name))->field("Access-Control-Allow-Origin").empty());
    CHECK(one.post("/publish", body, origin(name))->status == 403);
  }
}

TEST_CASE("a page of this server itself may publish, a foreign one may not whatever its Content-Type",
          "[http]") {
  test_server server;
  client one(server.port());
  CHECK(one.post("/publish", body, origin("http://localhost"))->status == 200);
  for (const auto* type : {"text/plain", "application/json", "multipart/form-data"}) {
    client foreign(server.port());
    const auto fields = origin("https://evil.example") + "Content-Type: " + type + "\r\n";
    CHECK(foreign.post("/publish", body, fields)->status == 403);
  }
}

TEST_CASE("a preflight is answered with exact lists and never parks", "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"https://ok.example"};
  test_server server(of);
  const auto preflight = [&](const std::string& name) {
    client one(server.port());
    one.send(request_text("OPTIONS", "/publish", origin(name) + "Access-Control-Request-Method: POST\r\n"));
    return *one.receive();
  };
  const auto good = preflight("https://ok.example");
  CHECK(good.status == 204);
  CHECK(good.field("Access-Control-Allow-Methods") == "POST, OPTIONS");
  CHECK(good.field("Access-Control-Allow-Headers") ==
        "Content-Type, Authorization, Idempotency-Key, Last-Event-ID");
  CHECK(good.field("Access-Control-Max-Age") == "7200");
  CHECK(preflight("https://evil.example").field("Access-Control-Allow-Methods").empty());
}

TEST_CASE("* allows every origin without naming it", "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"*"};
  test_server server(of);
  client one(server.port());
  const auto answer = one.get("/healthz", origin("https://any.example"));
  CHECK(answer->field("Access-Control-Allow-Origin") == "*");
  CHECK(answer->field("Access-Control-Allow-Credentials").empty());
}

TEST_CASE("an entry that no browser would send is refused at start", "[http]") {
  for (const auto* good : {"*", "https://example.org", "http://localhost:8080", "http://[::1]:80", "null",
                           "capacitor://localhost", "ionic://localhost", "app://obsidian.md",
                           "chrome-extension://abcdefghijklmnop", "tauri://localhost"}) {
    CHECK_FALSE(cors::fault(good));
  }
  for (const auto* bad : {"",
                          "example.org",
                          "https://",
                          "https://example.org/",
                          "HTTPS://example.org",
                          "ftp://a",
                          "Null",
                          "https://Example.org",
                          "app://",
                          "app://a/",
                          "app:a",
                          "://a",
                          "1app://a",
                          "a pp://a",
                          "app://a b",
                          "file://",
                          "ws://a",
                          "App://a",
                          "app://a\r\nX: y",
                          "https://*.example.org"}) {
    INFO(bad);
    CHECK(cors::fault(bad));
  }
}

TEST_CASE("pages without a host of their own may be allowed, each by the origin that its browser sends",
          "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"null", "capacitor://localhost"};
  test_server server(of);
  for (const auto* name : {"null", "capacitor://localhost"}) {
    client one(server.port());
    const auto answer = one.post("/publish", body, origin(name));
    CHECK(answer->status == 200);
    CHECK(answer->field("Access-Control-Allow-Origin") == name);
  }
  for (const auto* name : {"ionic://localhost", "capacitor://localhost2", "Null"}) {
    CHECK(client(server.port()).post("/publish", body, origin(name))->status == 403);
  }
}

TEST_CASE("a page is this server's own where its browser says so, though a proxy has changed the Host",
          "[http]") {
  test_server server;
  const auto publish = [&](const std::string& fields) {
    return client(server.port()).post("/publish", body, origin("https://site.example") + fields)->status;
  };
  CHECK(publish("Sec-Fetch-Site: same-origin\r\n") == 200);
  for (const auto* other :
       {"", "Sec-Fetch-Site: same-site\r\n", "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: none\r\n",
        "Sec-Fetch-Site: same-origins\r\n", "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: same-origin\r\n"}) {
    INFO(other);
    CHECK(publish(other) == 403);
  }
}

TEST_CASE("a foreign page takes no events where taking deletes them, by whatever element it asks", "[http]") {
  auto of = test_config();
  of.delete_event_after_first_retrieval = true;
  of.cors_allow_origins = {"https://ok.example"};
  test_server server(of);
  REQUIRE_FALSE(client(server.port()).publish("a", "1").empty());
  const std::string target = "/events?category=a&since_time=0&timeout=1";
  for (const auto& fields : {origin("https://evil.example"), std::string("Sec-Fetch-Site: cross-site\r\n"),
                             std::string("Sec-Fetch-Site: same-site\r\n"), origin("null"),
                             origin("https://evil.example") + "Sec-Fetch-Site: cross-site\r\n"}) {
    INFO(fields);
    client one(server.port());
    CHECK(one.get(target, fields)->status == 403);
    CHECK(one.get("/healthz", fields)->status == 200);
  }
  for (const auto& fields : {std::string(), origin("https://ok.example") + "Sec-Fetch-Site: cross-site\r\n",
                             origin("http://localhost"), std::string("Sec-Fetch-Site: same-origin\r\n"),
                             std::string("Sec-Fetch-Site: none\r\n")}) {
    INFO(fields);
    client one(server.port());
    CHECK(one.get(target, fields)->json().as_object().contains("events"));
    REQUIRE_FALSE(one.publish("a", "1").empty());
  }
}

TEST_CASE("where nothing is deleted anyone may ask for events", "[http]") {
  test_server server;
  client one(server.port());
  CHECK(one.get("/events?category=a&timeout=1", "Sec-Fetch-Site: cross-site\r\n")->status == 200);
  CHECK(one.get("/events?category=a&timeout=1", origin("https://evil.example"))->status == 200);
}

TEST_CASE("heads that are refused before they are parsed are answered so that browsers can read it",
          "[http]") {
  auto of = test_config();
  of.head_timeout_seconds = 1;
  of.body_timeout_seconds = 1;
  const bool any = GENERATE(true, false);
  of.cors_allow_origins = any ? config::list{"*"} : config::list{"https://no.example", "https://ok.example"};
  test_server server(of);
  const auto named = any ? "*" : "https://ok.example";
  const auto ask = [&](const std::string& text) {
    client one(server.port());
    one.send(text);
    const auto answer = one.receive();
    REQUIRE(answer);
    return *answer;
  };
  const std::string ok = "Host: localhost\r\n" + origin("https://ok.example");
  for (const auto& [status, text] : std::vector<std::pair<int, std::string>>{
           {400, "GET / HTTP/1.1\r\n" + ok + "X : y\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nORIGIN:\thttps://ok.example \r\n\r\n"},
           {408, "GET / HTTP/1.1\r\n" + ok + "X: "},
           {408, "POST /publish HTTP/1.1\r\n" + ok + "Content-Length: 25\r\n\r\n{"},
           {414, "GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\n" + ok + "\r\n"},
           {417, "POST /publish HTTP/1.1\r\n" + ok + "Expect: 200-maybe\r\nContent-Length: 25\r\n\r\n"},
           {431, "GET / HTTP/1.1\r\n" + ok + "X: " + std::string(17'000, 'x') + "\r\n\r\n"},
           {501, "POST /publish HTTP/1.1\r\n" + ok + "Transfer-Encoding: gzip\r\n\r\n"},
           {501, "PTU / HTTP/1.1\r\n" + ok + "\r\n"},
           {505, "GET / HTTP/1.2\r\n" + ok + "\r\n"}}) {
    INFO(text.substr(0, 200));
    const auto answer = ask(text);
    CHECK(answer.status == status);
    CHECK(answer.field("Access-Control-Allow-Origin") == named);
    CHECK(answer.field("Access-Control-Expose-Headers") == "Retry-After, Idempotent-Replayed");
  }
  for (const auto& fields : {origin("https://evil.example"), std::string("X-") + origin("https://ok.example"),
                             origin("https://ok.example") + origin("https://no.example"),
                             std::string("X:\r\n\r\n") + origin("https://ok.example"),
                             std::string("X: \nOrigin: https://ok.example\r\n")}) {
    INFO(fields);
    const auto answer = ask("GET / HTTP/1.2\r\n" + fields + "\r\n");
    CHECK(answer.field("Access-Control-Allow-Origin") == (any ? "*" : ""));
  }
}

TEST_CASE("a HEAD that is refused before it is parsed gets no body", "[http]") {
  auto of = test_config();
  of.head_timeout_seconds = 1;
  test_server server(of);
  for (const std::string text : {"HEAD / HTTP/1.2\r\nHost: a\r\n\r\n", "\r\nHEAD / HTTP/1.1\r\nX : y\r\n\r\n",
                                 "HEAD / HTTP/1.1\r\n\r\n", "HEAD / HTTP/1.1\r\nX: "}) {
    client one(server.port());
    one.send(text);
    const auto bytes = one.receive_all();
    CHECK(bytes.find("HTTP/1.1 ") == 0);
    CHECK(bytes.find("\r\n\r\n") == bytes.size() - 4);
  }
}

TEST_CASE("the reply to a refused connection can be read by pages of any origin where one is allowed",
          "[http][plain]") {
  auto of = test_config();
  of.max_connections = 1;
  of.cors_allow_origins = {"*"};
  test_server server(of);
  client first(server.port());
  REQUIRE(first.get("/healthz"));
  client second(server.port());
  const auto answer = second.receive();
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->field("Access-Control-Allow-Origin") == "*");
  CHECK(answer->field("Access-Control-Expose-Headers") == "Retry-After, Idempotent-Replayed");
}
