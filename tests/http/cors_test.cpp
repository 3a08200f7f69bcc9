#include "longpolld/http/cors.hpp"

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
    CHECK(answer->field("Vary") == "Origin");
  }
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
  CHECK(good.field("Access-Control-Allow-Headers") == "Content-Type");
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
  for (const auto* good : {"*", "https://example.org", "http://localhost:8080", "http://[::1]:80"}) {
    CHECK_FALSE(cors::fault(good));
  }
  for (const auto* bad :
       {"", "example.org", "https://", "https://example.org/", "HTTPS://example.org", "ftp://a"}) {
    CHECK(cors::fault(bad));
  }
}
