#include "support/access.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

const std::string body = R"({"category":"a","data":1})";

int publish_with(std::uint16_t port, const std::string& fields) {
  client one(port);
  const auto answer = one.post("/publish", body, fields);
  REQUIRE(answer);
  return answer->status;
}

}  // namespace

TEST_CASE("without rules a program on this machine may publish, also through a proxy that names it",
          "[http]") {
  test_server server;
  for (const auto* said : {"", "X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-For: ::1, 127.0.0.2\r\n"}) {
    CHECK(publish_with(server.port(), said) == 200);
  }
}

TEST_CASE("without rules nobody from elsewhere may publish, and is told how to be allowed", "[http]") {
  test_server server;
  for (const auto* said :
       {"X-Forwarded-For: 203.0.113.9\r\n", "X-Forwarded-For: 127.0.0.1, 203.0.113.9\r\n",
        "X-Forwarded-For: 203.0.113.9, 127.0.0.1\r\n", "X-Forwarded-For: unknown\r\n",
        "X-Forwarded-For: \r\n", "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9\r\n",
        "Forwarded: for=203.0.113.9\r\n", "Via: 1.1 proxy\r\n", "X-Real-IP: 203.0.113.9\r\n",
        "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 203.0.113.9\r\n",
        "X-Forwarded-For: 127.0.0.1\r\nvia: 1.1 nginx\r\n", "CF-Connecting-IP: 203.0.113.9\r\n",
        "True-Client-IP: 203.0.113.9\r\n", "X-Forwarded-Port: 80\r\n", "X-Forwarded-Proto: https\r\n"}) {
    INFO(said);
    client one(server.port());
    const auto refused = one.post("/publish", body, said);
    CHECK(refused->status == 401);
    CHECK(refused->field("WWW-Authenticate") == "Bearer");
    CHECK(refused->body.find("[anyone] publish") != std::string::npos);
    CHECK(one.get("/events?category=a&since_time=0&timeout=1", said)->status == 200);
  }
}

TEST_CASE("without rules whoever reaches publish_listen may publish", "[http]") {
  auto of = test_config();
  of.publish_listen = {"127.0.0.1:0"};
  test_server server(of);
  CHECK(publish_with(server.port(1), "X-Forwarded-For: 203.0.113.9\r\n") == 200);
  CHECK(publish_with(server.port(0), "") == 404);
}

TEST_CASE("without rules credentials are somebody else's and are not looked at", "[http]") {
  test_server server;
  CHECK(publish_with(server.port(), bearer("anything")) == 200);
}

TEST_CASE("with any table publish_listen and this machine have no right of their own", "[http]") {
  auto of = test_config();
  of.publish_listen = {"127.0.0.1:0"};
  test_server server(of, rules_of(backend_table()));
  CHECK(publish_with(server.port(1), "") == 401);
  CHECK(publish_with(server.port(1), bearer(backend_secret)) == 200);
  client one(server.port());
  CHECK(one.get("/events?category=a&since_time=0")->status == 401);
}

TEST_CASE("[anyone] publish lets everyone publish to what it names", "[http]") {
  test_server server(test_config(), rules_of("[anyone]\npublish = [\"a\"]\n"));
  CHECK(publish_with(server.port(), "X-Forwarded-For: 203.0.113.9\r\n") == 200);
  client one(server.port());
  CHECK(one.post("/publish", R"({"category":"b","data":1})")->status == 401);
  CHECK(one.get("/events?category=a")->status == 401);
}
