#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("more polls than max_parked_polls are answered 503 with Retry-After", "[http]") {
  auto of = test_config();
  of.threads = 1;
  of.max_parked_polls = 2;
  test_server server(of);
  client first(server.port()), second(server.port()), third(server.port());
  first.send(request_text("GET", "/events?category=a&timeout=100"));
  second.send(request_text("GET", "/events?category=a&timeout=100"));
  REQUIRE(server.parks(2));
  const auto answer = third.get("/events?category=a&timeout=100");
  CHECK(answer->status == 503);
  CHECK(answer->field("Retry-After") == "1");
  first.close();
  REQUIRE(server.parks(1));
  third.send(request_text("GET", "/events?category=a&timeout=100"));
  CHECK(server.parks(2));
}

TEST_CASE("more connections than max_connections are answered 503 and closed", "[http]") {
  auto of = test_config();
  of.max_connections = 2;
  test_server server(of);
  client first(server.port()), second(server.port());
  REQUIRE(first.get("/healthz"));
  REQUIRE(second.get("/healthz"));
  client third(server.port());
  CHECK(third.receive_all().find("HTTP/1.1 503 ") == 0);
  first.close();
  CHECK(eventually([&] {
    client again(server.port());
    const auto answer = again.get("/healthz");
    return answer && answer->status == 200;
  }));
}

TEST_CASE("the last request of max_requests_per_connection says so", "[http]") {
  auto of = test_config();
  of.max_requests_per_connection = 3;
  test_server server(of);
  client one(server.port());
  CHECK(one.get("/healthz")->field("Connection").empty());
  CHECK(one.get("/healthz")->field("Connection").empty());
  CHECK(one.get("/healthz")->field("Connection") == "close");
  CHECK(one.receive_all().empty());
}

TEST_CASE("a body at max_body_bytes is taken, one byte more is refused before it is read", "[http]") {
  auto of = test_config();
  of.max_body_bytes = 1000;
  of.max_event_bytes = 980;
  test_server server(of);
  const auto body = [](std::size_t bytes) {
    const std::string rest = R"({"category":"a","data":""})";
    return R"({"category":"a","data":")" + std::string(bytes - rest.size(), 'x') + "\"}";
  };
  client one(server.port());
  CHECK(one.post("/publish", body(1000))->status == 200);
  CHECK(one.post("/publish", body(1001))->status == 413);
  client sending(server.port());
  sending.send("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
  CHECK(sending.receive()->status == 413);
}

TEST_CASE("a client that is still sending gets its 413", "[http]") {
  test_server server;
  client one(server.port());
  const std::string body(60'000, 'x');
  one.send("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
  one.send(body);
  const auto answer = one.receive();
  REQUIRE(answer);
  CHECK(answer->status == 413);
}

TEST_CASE("a header that drips ends at the head timeout however it drips", "[http]") {
  auto of = test_config();
  of.head_timeout_seconds = 1;
  test_server server(of);
  client one(server.port());
  const auto begin = std::chrono::steady_clock::now();
  for (const char c :
       std::string("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaa")) {
    one.send(std::string(1, c));
    if (one.readable(std::chrono::milliseconds(50))) break;
  }
  const auto answer = one.receive();
  REQUIRE(answer);
  CHECK(answer->status == 408);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
}

TEST_CASE("a body that drips ends at the body timeout", "[http]") {
  auto of = test_config();
  of.body_timeout_seconds = 1;
  test_server server(of);
  client one(server.port());
  one.send("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
  CHECK(one.receive()->status == 408);
}

TEST_CASE("a connection without a request ends in silence", "[http]") {
  auto of = test_config();
  of.head_timeout_seconds = 1;
  of.idle_timeout_seconds = 1;
  test_server server(of);
  client silent(server.port());
  CHECK(silent.receive_all().empty());
  client idle(server.port());
  REQUIRE(idle.get("/healthz"));
  CHECK(idle.receive_all().empty());
}

TEST_CASE("Expect: 100-continue is answered before the body, or with the refusal", "[http]") {
  test_server server;
  client one(server.port());
  const std::string body = R"({"category":"a","data":1})";
  one.send("POST /publish HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 25\r\n\r\n");
  CHECK(one.receive()->status == 100);
  one.send(body);
  CHECK(one.receive()->status == 200);
  client refused(server.port());
  refused.send(
      "POST /publish HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(refused.receive()->status == 413);
}
