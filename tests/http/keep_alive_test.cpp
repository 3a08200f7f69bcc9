#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("requests with the same fields and other targets are each answered as they ask", "[http]") {
  test_server server;
  client one(server.port());
  for (int round = 0; round < 3; ++round) {
    CHECK(one.get("/healthz")->status == 200);
    CHECK(one.get("/nothing")->status == 404);
    CHECK(one.get("/events?category=a&timeout=0")->status == 400);
    one.send(request_text("HEAD", "/healthz"));
    const auto head = one.receive(false);
    CHECK((head && head->status == 200 && head->body.empty()));
    CHECK(one.get("http://other.example/healthz")->status == 200);
    CHECK(one.post("/publish", R"({"category":"a","data":)" + std::to_string(round) + "}")->status == 200);
  }
  CHECK(one.get("/events?category=a&since_time=0")->json().at("events").as_array().size() == 3);
}

TEST_CASE("fields that were accepted once do not vouch for another version, line or length", "[http]") {
  test_server server;
  const auto status = [&](const std::string& text) {
    client one(server.port());
    one.send(text);
    const auto answer = one.receive();
    return answer ? answer->status : 0;
  };
  const std::string fields = "Host: a\r\nX-Same: yes\r\n\r\n";
  for (int round = 0; round < 2; ++round) {
    CHECK(status("GET /healthz HTTP/1.1\r\n" + fields) == 200);
    CHECK(status("GET /healthz HTTP/1.2\r\n" + fields) == 505);
    CHECK(status("GET  /healthz HTTP/1.1\r\n" + fields) == 400);
    CHECK(status("GET /healthz#a HTTP/1.1\r\n" + fields) == 400);
    CHECK(status("G\x01T /healthz HTTP/1.1\r\n" + fields) == 400);
    CHECK(status("GET http://a_b:99999/healthz HTTP/1.1\r\n" + fields) == 400);
    CHECK(status("GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\n" + fields) == 414);
    CHECK(status("POST /publish HTTP/1.1\r\n" + fields) == 411);
  }
  const std::string chunked = "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(status("POST /publish HTTP/1.1\r\n" + chunked + "0\r\n\r\n") == 400);
  CHECK(status("POST /publish HTTP/1.0\r\n" + chunked + "0\r\n\r\n") == 400);
  CHECK(status("POST /publish HTTP/1.1\r\n" + chunked + "0\r\n\r\n") == 400);
}

TEST_CASE("a version 1.0 request is closed after its reply, also when its fields are known from 1.1",
          "[http]") {
  test_server server;
  for (int round = 0; round < 2; ++round) {
    client kept(server.port());
    kept.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(kept.receive()->field("Connection").empty());
    client closed(server.port());
    closed.send("GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n");
    CHECK(closed.receive()->field("Connection") == "close");
    CHECK(closed.receive_all().empty());
  }
}

TEST_CASE("a request that comes together with the end of its connection is still answered", "[http]") {
  test_server server;
  for (int round = 0; round < 200; ++round) {
    client one(server.port());
    one.send(request_text("GET", "/healthz"));
    one.shutdown_sending();
    const auto answer = one.receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(one.receive_all().empty());
  }
  CHECK(eventually([&] { return server->open_connections() == 0; }));
}

TEST_CASE("whole requests that came before the end are answered, however long the reply before them",
          "[http]") {
  auto of = test_config();
  of.max_event_bytes = 900'000;
  test_server server(of);
  client publisher(server.port());
  for (int i = 0; i < 4; ++i) publisher.publish("a", '"' + std::string(250'000, 'x') + '"');
  const auto event = [](int number) {
    return request_text("POST", "/publish", "", R"({"category":"b","data":)" + std::to_string(number) + "}");
  };
  const auto long_one = request_text("GET", "/events?category=a&since_time=0");
  client one(server.port());
  one.send(long_one + event(1) + long_one + event(2) + event(3) + "POST /publish HTTP/1.1\r\nHost: a\r\n");
  one.shutdown_sending();
  for (int i = 0; i < 5; ++i) {
    const auto answer = one.receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
  }
  CHECK(one.receive_all().empty());
  CHECK(publisher.get("/events?category=b&since_time=0")->json().at("events").as_array().size() == 3);
  CHECK(eventually([&] { return server->open_connections() == 1; }));
}

TEST_CASE("a poll that would be parked behind a long reply ends with its client", "[http]") {
  auto of = test_config();
  of.max_event_bytes = 900'000;
  test_server server(of);
  client publisher(server.port()), one(server.port());
  for (int i = 0; i < 4; ++i) publisher.publish("a", '"' + std::string(250'000, 'x') + '"');
  one.send(request_text("GET", "/events?category=a&since_time=0") +
           request_text("GET", "/events?category=b&timeout=100"));
  one.shutdown_sending();
  CHECK(one.receive()->status == 200);
  CHECK(one.receive_all().empty());
  CHECK(eventually([&] { return server->open_connections() == 1; }));
  CHECK(server.parks(0));
}

TEST_CASE("requests larger than one read are read on", "[http]") {
  auto of = test_config();
  of.max_event_bytes = 900'000;
  test_server server(of);
  client one(server.port());
  for (const std::size_t bytes : {20'000U, 20'400U, 20'479U, 20'480U, 20'481U, 40'960U, 500'000U}) {
    INFO(bytes);
    REQUIRE_FALSE(one.publish("a", '"' + std::string(bytes, 'x') + '"').empty());
  }
  std::string many;
  for (int i = 0; i < 900; ++i) many += request_text("GET", "/healthz");
  client pipelined(server.port());
  pipelined.send(many);
  for (int i = 0; i < 900; ++i) REQUIRE(pipelined.receive());
}
