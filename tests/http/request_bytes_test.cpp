#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr std::size_t mib = 1U << 20U;
using clients = std::vector<std::unique_ptr<client>>;

std::string head_of(const std::string& line, std::size_t body_bytes, const std::string& fields = "") {
  return line + " HTTP/1.1\r\nHost: a\r\n" + fields + "Content-Length: " + std::to_string(body_bytes) +
         "\r\n\r\n";
}

std::int64_t held(test_server& by) { return by->shared().request_bytes.now(); }

}  // namespace

TEST_CASE("a request for which there is no room is answered 503 and closed, and the others go on", "[http]") {
  auto of = test_config();
  of.max_request_bytes_in_flight = 1 << 20;
  test_server server(of);
  const std::string head = head_of("POST /publish", 200'000);
  const std::string event = R"({"category":"a","data":1})";
  clients all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(std::make_unique<client>(server.port()));
    all.back()->send(head + event + std::string(200'000 - event.size() - 1, ' '));
  }
  CHECK(eventually([&] { return server->shared().count(&config::max_request_bytes_in_flight) >= 15; }));
  CHECK(server->shared().request_bytes.take_peak() < (1 << 20) + 600'000);
  int refused = 0;
  for (auto& one : all) {
    if (!one->readable(std::chrono::milliseconds(0))) one->send(" ");
    const auto answer = one->receive();
    REQUIRE(answer);
    if (answer->status == 200) continue;
    ++refused;
    CHECK(answer->status == 503);
    CHECK(answer->body.find("max_request_bytes_in_flight = 1048576") != std::string::npos);
    CHECK(answer->field("Retry-After") == "1");
    CHECK(one->receive_all().empty());
  }
  CHECK((refused >= 15 && refused < 20));
  CHECK(eventually([&] { return held(server) == 0; }));
}

TEST_CASE("a client that fills the room for requests with unfinished bodies keeps no other from publishing",
          "[http]") {
  auto of = test_config();
  of.threads = GENERATE(1, 2);
  of.max_body_bytes = 200'000;
  of.max_request_bytes_in_flight = 256 << 10;
  test_server server(of);
  const auto refused = [&] { return server->shared().count(&config::max_request_bytes_in_flight); };
  clients all;
  const auto hold = [&](std::size_t bytes) {
    const auto before = refused();
    while (refused() == before) {
      const auto held_before = held(server);
      all.push_back(std::make_unique<client>(server.port()));
      all.back()->send(head_of("POST /publish", 150'000) + std::string(bytes, ' '));
      REQUIRE(eventually([&] { return held(server) != held_before || refused() != before; }));
    }
  };
  for (const std::size_t bytes : {100'000, 10'000, 1'000, 1}) hold(bytes);
  const std::string event = R"({"category":"a","data":1})";
  for (int i = 0; i < 50; ++i) {
    client one(server.port());
    one.send(head_of("POST /publish", event.size(), "Expect: 100-continue\r\n"));
    REQUIRE(one.receive()->status == 100);  // so the body comes by itself
    one.send(event);
    const auto answer = one.receive();
    REQUIRE(answer);
    REQUIRE(answer->status == 200);
  }
  all.clear();
  CHECK(eventually([&] { return held(server) == 0; }));
}

TEST_CASE("memory held for requests is counted to the byte, and given back however they end", "[http]") {
  test_server server;
  const auto body = std::string(300'000, ' ');
  client leaves(server.port()), sends_chunks(server.port()), drips(server.port()), waits(server.port());
  leaves.send(head_of("POST /publish", 300'001) + body);
  REQUIRE(eventually([&] { return held(server) >= 300'000; }));
  CHECK(held(server) < 700'000);
  leaves.reset();
  CHECK(eventually([&] { return held(server) == 0; }));
  sends_chunks.send("POST /publish HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n493e1\r\n" +
                    body);
  REQUIRE(eventually([&] { return held(server) >= 300'000; }));
  sends_chunks.close();
  CHECK(eventually([&] { return held(server) == 0; }));
  drips.send("GET /healthz HTTP/1.1\r\nX: " + std::string(10'000, 'x'));
  REQUIRE(eventually([&] { return held(server) >= 10'000; }));
  drips.send("\r\nHost: a\r\n\r\n");
  CHECK(drips.receive()->status == 200);
  CHECK(eventually([&] { return held(server) == 0; }));
  const auto behind = request_text("GET", "/healthz", "X: " + std::string(12'000, 'x') + "\r\n");
  waits.send(request_text("GET", "/events?category=a&timeout=100"));
  REQUIRE(server.parks(1));
  waits.send(behind);
  REQUIRE(eventually([&] { return held(server) >= 12'000; }));
  REQUIRE_FALSE(drips.publish("a", "1").empty());
  CHECK(waits.receive()->status == 200);
  CHECK(waits.receive()->status == 200);
  CHECK(eventually([&] { return held(server) == 0; }));
}

TEST_CASE(
    "requests behind parked polls take half of the room; the rest stays in the socket and is answered later",
    "[http]") {
  auto of = test_config();
  of.threads = 1;
  of.max_body_bytes = 65'536;
  of.max_event_bytes = 65'536;
  of.max_request_bytes_in_flight = 65'536;
  test_server server(of);
  const auto behind = request_text("GET", "/healthz", "X: " + std::string(12'000, 'x') + "\r\n");
  clients all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(std::make_unique<client>(server.port()));
    all.back()->send(request_text("GET", "/events?category=a&timeout=100"));
  }
  REQUIRE(server.parks(20));
  for (auto& one : all) one->send(behind);
  client publisher(server.port());
  REQUIRE(eventually([&] { return held(server) > 32'768; }));
  REQUIRE(publisher.get("/healthz"));  // by then all that is read has been read
  CHECK(held(server) < 65'536);        // half, and what the last read brought
  REQUIRE_FALSE(publisher.publish("a", "1").empty());
  for (auto& one : all) {
    CHECK(one->receive()->body.find("\"events\"") != std::string::npos);
    CHECK(one->receive()->body.find("\"ok\"") != std::string::npos);
  }
  CHECK(eventually([&] { return held(server) == 0; }));
}

TEST_CASE("the body of a request that does not publish is checked and not kept", "[http]") {
  test_server server;
  const auto body = std::string(900'000, 'x');
  for (const std::string line :
       {"GET /healthz", "OPTIONS /publish", "HEAD /events?category=a", "POST /demo/sign-in?user=Ann"}) {
    for (const bool chunked : {false, true}) {
      CAPTURE(line, chunked);
      client one(server.port());
      const auto head = chunked ? line + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\ndbba1\r\n"
                                : head_of(line, body.size() + 1);
      static_cast<void>(server->shared().request_bytes.take_peak());
      one.send(head + body);
      REQUIRE(eventually([&] { return held(server) > 0; }));
      CHECK(held(server) < 2'000);
      one.send(chunked ? "x\r\n0\r\n\r\n" : "x");
      const auto answer = one.receive(!line.starts_with("HEAD"));
      REQUIRE(answer);
      CHECK(answer->status == (line.starts_with("POST") ? 404 : line.starts_with("OPT") ? 204 : 200));
      CHECK(server->shared().request_bytes.take_peak() < 2'000);
      CHECK(one.get("/healthz")->status == 200);
    }
  }
  client large(server.port());
  large.send("GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n80000\r\n" +
             std::string(0x80000, 'x') + "\r\n80001\r\n");
  CHECK(large.receive()->status == 413);
}

#ifndef LONGPOLLD_SANITIZED
TEST_CASE("hundreds of bodies one byte short cost no more memory than the options say, and it comes back",
          "[http]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "2"});
  client other(server.port());
  REQUIRE(other.get("/healthz"));
  const auto at_rest = server.resident_bytes();
  const std::string line = GENERATE("POST /publish", "GET /healthz");
  const std::string body(mib - 1, ' ');
  clients all;
  std::size_t most = 0;
  for (int i = 0; i < 300; ++i) {
    all.push_back(std::make_unique<client>(server.port()));
    all.back()->send(head_of(line, mib) + body);
    most = std::max(most, server.resident_bytes());
  }
  CHECK(most - at_rest < (line == "GET /healthz" ? 10 : 96) * mib);
  CHECK_FALSE(other.publish("a", "1").empty());
  all.clear();
  CHECK(eventually([&] { return server.resident_bytes() - at_rest < 16 * mib; }));
}
#endif

TEST_CASE("an unfinished trailer is counted with its request", "[http]") {
  test_server server;
  client one(server.port());
  one.send("POST /publish HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n");
  REQUIRE(eventually([&] { return held(server) > 0; }));
  CHECK(held(server) < 1'000);
  one.send("X: " + std::string(4'000, 'a'));
  CHECK(eventually([&] { return held(server) >= 4'000; }));
}
