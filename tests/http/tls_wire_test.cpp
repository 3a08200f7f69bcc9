#include "support/catch.hpp"
#include "support/tls_clients.hpp"

#include <deque>
#include <sys/socket.h>

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("a body cut off by an end of TCP publishes nothing", "[http][tls]") {
  test_server server(tls_config());
  const auto* framing = GENERATE("Content-Length: 27\r\n", "Transfer-Encoding: chunked\r\n");
  client one(server.port());
  one.send(std::string("POST /publish HTTP/1.1\r\nHost: localhost\r\n") + framing + "\r\n" +
           (framing[0] == 'T' ? "19\r\n" : "") + R"({"category":"a","data":1})");
  CHECK(eventually([&] { return server->shared().request_bytes.now() > 0; }));
  one.close();
  CHECK(eventually([&] { return server->open_connections() == 0; }));
  CHECK(server->log().count().published == 0);
}

TEST_CASE("records of one byte, of 16 KiB, and torn ones make the same requests", "[http][tls]") {
  auto of = tls_config();
  of.max_event_bytes = 512 << 10;
  test_server server(of);
  client one(server.port());
  SECTION("a byte each, several requests in a row") {
    const auto request = request_text("POST", "/publish", "", R"({"category":"a","data":1})");
    for (int i = 0; i < 20; ++i) {
      for (const char byte : request) REQUIRE(one.send({&byte, 1}));
    }
    for (int i = 0; i < 20; ++i) {
      const auto got = one.receive();
      REQUIRE(got);
      CHECK(got->status == 200);
    }
  }
  SECTION("as large as records get") {
    CHECK_FALSE(one.publish("a", '"' + std::string(300'000, 'x') + '"').empty());
  }
  SECTION("in pieces of a byte") {
    auto* native = one.tls().native();
    auto* held = BIO_new(BIO_s_mem());
    SSL_set0_wbio(native, held);
    one.send(request_text("POST", "/publish", "", R"({"category":"a","data":1})"));
    char byte = 0;
    while (BIO_read(held, &byte, 1) == 1) REQUIRE(::send(one.descriptor(), &byte, 1, MSG_NOSIGNAL) == 1);
    const auto got = one.receive();
    REQUIRE(got);
    CHECK(got->status == 200);
  }
  client reader(server.port());
  const auto seen = reader.get("/events?category=a&since_time=1&timeout=1");
  REQUIRE(seen);
  CHECK(seen->json().as_object().contains("events"));
}

TEST_CASE("what TLS holds of a record that is not written whole counts as bytes of replies", "[http][tls]") {
  const auto held = [](config of) {
    of.max_reply_bytes = 8 << 20;
    test_server server(of);
    client publisher(server.port()), one(server.port());
    for (int i = 0; i < 120; ++i) publisher.publish("a", '"' + std::string(60'000, 'x') + '"');
    one.send(request_text("GET", "/events?category=a&since_time=1&timeout=1"));
    REQUIRE(eventually([&] { return server->shared().replies.bytes.now() > 0; }));
    REQUIRE(server.parks(0));  // every shard is past what it did then
    return server->shared().replies.bytes.now();
  };
  auto plain = tls_config();
  plain.listen = std::exchange(plain.tls_listen, {});
  const auto more = held(tls_config()) - held(plain);
  CHECK((more >= 16'384 && more < 20'000));
}

TEST_CASE("a reader that takes a large reply slowly gets all of it", "[http][tls]") {
  auto of = tls_config();
  of.max_reply_bytes = 4 << 20;
  test_server server(of);
  const bool is_of_small_events = GENERATE(false, true);
  const std::size_t events = is_of_small_events ? 250 : 40, bytes = is_of_small_events ? 9'000 : 60'000;
  client publisher(server.port());
  for (std::size_t i = 0; i < events; ++i) {
    REQUIRE_FALSE(
        publisher.publish("a", '"' + std::string(bytes, static_cast<char>('a' + i % 26)) + '"').empty());
  }
  client one(server.port());
  one.send(request_text("GET", "/events?category=a&since_time=1&timeout=1"));
  REQUIRE(eventually([&] { return server->shared().replies.bytes.now() > 0; }));
  const auto got = one.receive();
  REQUIRE(got);
  const auto seen = got->json().at("events").as_array();
  REQUIRE(seen.size() == events);
  for (std::size_t i = 0; i < events; ++i) {
    CHECK(seen[i].at("data").as_string() == std::string(bytes, static_cast<char>('a' + i % 26)));
  }
  CHECK(one.get("/healthz"));
  CHECK(eventually([&] { return server->shared().replies.bytes.now() == 0; }));
}

TEST_CASE("polls parked over TLS get their events, again and again", "[http][tls]") {
  auto of = tls_config();
  of.listen = {"127.0.0.1:0"};
  test_server server(of);
  std::deque<client> polls;
  for (int i = 0; i < 50; ++i) polls.emplace_back(server.port(1));
  client publisher(server.port(0));  // plain
  for (int round = 0; round < 5; ++round) {
    for (auto& one : polls) one.send(request_text("GET", "/events?category=a&timeout=60"));
    REQUIRE(server.parks(polls.size()));
    const auto id = publisher.publish("a", std::to_string(round));
    for (auto& one : polls) {
      const auto got = one.receive();
      REQUIRE(got);
      CHECK(got->json().at("events").at(0).at("id").as_string() == id);
    }
  }
}

TEST_CASE("pipelined requests in one record are answered in their order", "[http][tls]") {
  test_server server(tls_config());
  client one(server.port());
  one.send(request_text("POST", "/publish", "", R"({"category":"a","data":1})") + ping +
           request_text("GET", "/events?category=a&since_time=1&timeout=1"));
  CHECK(one.receive()->json().at("success").as_bool());
  CHECK(one.receive()->json().at("status").as_string() == "ok");
  CHECK(one.receive()->json().as_object().contains("events"));
}

TEST_CASE("a close_notify ends a parked poll, and not a request that came whole before it", "[http][tls]") {
  test_server server(tls_config());
  client parked(server.port());
  parked.send(request_text("GET", "/events?category=a&timeout=60"));
  REQUIRE(server.parks(1));
  parked.tls().end_sending();  // and no end of TCP
  CHECK(server.parks(0));
  client publisher(server.port());
  publisher.send(request_text("POST", "/publish", "", R"({"category":"a","data":1})"));
  publisher.tls().end_sending();
  const auto got = publisher.receive();
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(publisher.receive_all().empty());
  CHECK((SSL_get_shutdown(publisher.tls().native()) & SSL_RECEIVED_SHUTDOWN) != 0);
  CHECK(eventually([&] { return server->open_connections() == 0; }));
}

TEST_CASE("the last reply is followed by a close_notify, and a stop answers parked polls", "[http][tls]") {
  auto of = tls_config();
  of.drain_delay_seconds = 0;
  test_server server(of);
  client last(server.port()), parked(server.port());
  last.send(request_text("GET", "/healthz", "Connection: close\r\n"));
  CHECK(last.receive_all().find(" 200 ") != std::string::npos);
  CHECK((SSL_get_shutdown(last.tls().native()) & SSL_RECEIVED_SHUTDOWN) != 0);
  parked.send(request_text("GET", "/events?category=a&timeout=60"));
  REQUIRE(server.parks(1));
  server->stop();
  const auto got = parked.receive();
  REQUIRE(got);
  CHECK(got->field("Connection") == "close");
  CHECK(parked.receive_all().empty());
  CHECK((SSL_get_shutdown(parked.tls().native()) & SSL_RECEIVED_SHUTDOWN) != 0);
}

TEST_CASE("addresses of tls_listen answer what those of listen answer", "[http][tls]") {
  auto of = tls_config();
  of.publish_listen = {"127.0.0.1:0"};
  test_server server(of);
  client refused(server.port()), one(server.port());
  const auto got = refused.post("/publish", R"({"category":"a","data":1})");
  REQUIRE(got);
  CHECK(got->status == 404);
  client publisher(server.port(1));
  CHECK_FALSE(publisher.publish("a", "1").empty());
  CHECK(one.get("/events?category=a&since_time=1&timeout=1")->json().as_object().contains("events"));
}
