#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <map>

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("more connections than max_connections are answered 503 and closed", "[http][plain]") {
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

TEST_CASE("the reply to the last of max_requests_per_connection closes the connection", "[http]") {
  auto of = test_config();
  of.max_requests_per_connection = 3;
  test_server server(of);
  client one(server.port());
  CHECK(one.get("/healthz")->field("Connection").empty());
  CHECK(one.get("/healthz")->field("Connection").empty());
  CHECK(one.get("/healthz")->field("Connection") == "close");
  CHECK(one.receive_all().empty());
}

TEST_CASE("the request line may have max_request_line_bytes and not one more", "[http]") {
  test_server server;
  const auto of_bytes = [&](std::size_t bytes) {
    const std::string rest = "GET /healthz? HTTP/1.1";
    client one(server.port());
    return one.get("/healthz?" + std::string(bytes - rest.size(), 'x'))->status;
  };
  CHECK(of_bytes(8'191) == 200);
  CHECK(of_bytes(8'192) == 200);
  CHECK(of_bytes(8'193) == 414);
  CHECK(of_bytes(20'000) == 414);
}

TEST_CASE("a header may have max_header_bytes and max_header_fields and not one more", "[http]") {
  auto of = test_config();
  of.max_header_bytes = 2'000;
  of.max_request_line_bytes = 1'000;
  of.max_header_fields = 10;
  test_server server(of);
  const auto of_bytes = [&](std::size_t bytes) {
    const auto rest = request_text("GET", "/healthz", "X: \r\n").size();
    client one(server.port());
    return one.get("/healthz", "X: " + std::string(bytes - rest, 'x') + "\r\n")->status;
  };
  CHECK(of_bytes(1'999) == 200);
  CHECK(of_bytes(2'000) == 200);
  CHECK(of_bytes(2'001) == 431);
  const auto of_fields = [&](int fields) {
    std::string text;
    for (int i = 1; i < fields; ++i) text += "X: y\r\n";
    client one(server.port());
    return one.get("/healthz", text)->status;
  };
  CHECK(of_fields(9) == 200);
  CHECK(of_fields(10) == 200);
  CHECK(of_fields(11) == 431);
}

TEST_CASE("a body may have max_body_bytes and not one more, which is refused before it is read", "[http]") {
  auto of = test_config();
  of.max_body_bytes = 1000;
  of.max_event_bytes = 980;
  test_server server(of);
  const auto body = [](std::size_t bytes) {
    const std::string rest = R"({"category":"a","data":""})";
    return R"({"category":"a","data":")" + std::string(bytes - rest.size(), 'x') + "\"}";
  };
  const auto chunked = [&](std::size_t bytes) {
    client one(server.port());
    char size[16];
    std::snprintf(size, sizeof size, "%zx", bytes - 10);
    one.send("POST /publish HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(size) +
             "\r\n" + body(bytes).substr(0, bytes - 10) + "\r\na\r\n" + body(bytes).substr(bytes - 10) +
             "\r\n0\r\n\r\n");
    return one.receive()->status;
  };
  client one(server.port());
  CHECK(one.post("/publish", body(999))->status == 200);
  CHECK(one.post("/publish", body(1000))->status == 200);
  CHECK(one.post("/publish", body(1001))->status == 413);
  CHECK(chunked(999) == 200);
  CHECK(chunked(1000) == 200);
  CHECK(chunked(1001) == 413);
  client sending(server.port());
  sending.send("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
  CHECK(sending.receive()->status == 413);
}

TEST_CASE("an event may have max_event_bytes, a batch max_batch_events, and not one more", "[http]") {
  auto of = test_config();
  of.max_event_bytes = 100;
  of.max_batch_events = 3;
  test_server server(of);
  client one(server.port());
  const auto event = [](std::size_t bytes) {
    return R"({"category":"a","data":")" + std::string(bytes - 2, 'x') + "\"}";
  };
  CHECK(one.post("/publish", event(99))->status == 200);
  CHECK(one.post("/publish", event(100))->status == 200);
  CHECK(one.post("/publish", event(101))->status == 413);
  const auto batch = [&](int events) {
    std::string body = "[" + event(5);
    for (int i = 1; i < events; ++i) body += "," + event(5);
    return one.post("/publish", body + "]")->status;
  };
  CHECK(batch(2) == 200);
  CHECK(batch(3) == 200);
  CHECK(batch(4) == 413);
}

TEST_CASE("a category may have 1024 bytes and not one more, publishing and polling", "[http]") {
  test_server server;
  client one(server.port());
  for (const auto& [bytes, status] : {std::pair<std::size_t, int>{1023, 200}, {1024, 200}, {1025, 400}}) {
    const std::string name(bytes, 'c');
    CHECK(one.post("/publish", R"({"category":")" + name + R"(","data":1})")->status == status);
    CHECK(one.get("/events?since_time=0&category=" + name)->status == status);
  }
  const std::string wide = "\xf0\x9f\x90\x96";  // bytes count, not characters
  std::string name;
  for (int i = 0; i < 256; ++i) name += wide;
  CHECK_FALSE(one.publish(name, "1").empty());
  CHECK(one.publish(name + "x", "1").empty());
}

TEST_CASE("a reply has max_events_per_reply and max_reply_bytes at most, and the rest comes next", "[http]") {
  auto of = test_config();
  of.max_events_per_reply = 3;
  of.max_reply_bytes = 4'096;
  of.max_event_bytes = 4'000;
  test_server server(of);
  client one(server.port());
  for (int i = 0; i < 7; ++i) one.publish("few", std::to_string(i));
  for (int i = 0; i < 4; ++i) one.publish("large", '"' + std::string(1'500, 'x') + '"');
  for (const auto& [category, sizes] :
       std::map<std::string, std::vector<std::size_t>>{{"few", {3, 3, 1}}, {"large", {2, 2}}}) {
    std::string cursor;
    for (const auto size : sizes) {
      const auto answer = one.get("/events?since_time=0&category=" + category + "&cursor=" + cursor)->json();
      CHECK(answer.at("events").as_array().size() == size);
      cursor = answer.at("cursor").as_string();
    }
  }
}

TEST_CASE("polls do not shut publishers out of a category beyond max_categories", "[http]") {
  auto of = test_config();
  of.max_categories = 2;
  test_server server(of);
  client one(server.port());
  std::vector<std::unique_ptr<client>> waits;
  for (const char* name : {"a", "b"}) {
    REQUIRE_FALSE(one.publish(name, "1").empty());
    waits.push_back(std::make_unique<client>(server.port()));
    waits.back()->send(request_text("GET", std::string("/events?timeout=100&category=") + name));
  }
  REQUIRE(server.parks(2));
  CHECK_FALSE(one.publish("c", "1").empty());
  CHECK_FALSE(one.publish("d", "1").empty());
  for (std::size_t i = 0; i < 2; ++i) {
    const auto id = one.publish(i == 0 ? "a" : "b", "2");
    const auto woken = waits[i]->receive();
    REQUIRE(woken);
    CHECK(woken->body.find(id) != std::string::npos);
    CHECK(woken->body.find("gap") == std::string::npos);
  }
  const auto refused = one.post("/publish", R"([{"category":"x","data":1},{"category":"y","data":1},)"
                                            R"({"category":"z","data":1}])");
  CHECK(refused->status == 413);
  CHECK(refused->body.find("max_categories") != std::string::npos);
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

TEST_CASE("a header may be as long as max_header_bytes may be, on its own, in pieces and behind a poll",
          "[http]") {
  auto of = test_config();
  of.max_header_bytes = 32'768;
  test_server server(of);
  const auto of_bytes = [](std::size_t bytes) {
    const auto rest = request_text("GET", "/healthz", "X: \r\n").size();
    return request_text("GET", "/healthz", "X: " + std::string(bytes - rest, 'x') + "\r\n");
  };
  for (const auto& [bytes, status] :
       {std::pair<std::size_t, int>{20'481, 200}, {32'768, 200}, {32'769, 431}}) {
    client whole(server.port()), halves(server.port()), waits(server.port());
    whole.send(of_bytes(bytes));
    const auto at_once = whole.receive();
    CHECK((at_once && at_once->status == status));
    halves.send(of_bytes(bytes).substr(0, 20'480));
    halves.send(of_bytes(bytes).substr(20'480));
    const auto in_halves = halves.receive();
    CHECK((in_halves && in_halves->status == status));
    waits.send(request_text("GET", "/events?category=a&timeout=100") + of_bytes(bytes));
    REQUIRE(server.parks(1));
    client(server.port()).publish("a", "1");
    CHECK(waits.receive()->status == 200);
    const auto behind = waits.receive();
    CHECK((behind && behind->status == status));
  }
}
