#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

using seconds = std::chrono::duration<double>;

/// How long `action` took.
template <class Action>
seconds took(Action action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::steady_clock::now() - begin;
}

/// The descriptor in this process whose peer this one is; -1 for none.
int far_end_of(int near) {
  sockaddr_in mine{}, other{};
  socklen_t length = sizeof mine;
  ::getsockname(near, reinterpret_cast<sockaddr*>(&mine), &length);
  for (int descriptor = 3; descriptor < 1'024; ++descriptor) {
    length = sizeof other;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&other), &length) != 0) continue;
    if (other.sin_family == AF_INET && other.sin_port == mine.sin_port) return descriptor;
  }
  return -1;
}

/// Sends until neither end has room for one more byte. What the other end still takes on comes in a moment.
void fill(int descriptor) {
  const std::string junk(65'536, 'x');
  const auto takes = [&](std::size_t bytes) {
    return ::send(descriptor, junk.data(), bytes, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
  };
  int refused_in_a_row = 0;
  while (refused_in_a_row < 50) {
    while (takes(junk.size())) refused_in_a_row = 0;
    refused_in_a_row = takes(1) ? 0 : refused_in_a_row + 1;
    pause_briefly();
  }
}

}  // namespace

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

TEST_CASE("a body has body_grace_seconds, then as much more time as its bytes so far have earned", "[http]") {
  auto of = test_config();
  of.body_grace_seconds = 1;
  of.min_body_bytes_per_second = 1'000;
  of.body_timeout_seconds = 20;
  test_server server(of);
  const std::string head = "POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
  const auto ends_after = [&](std::size_t bytes) {
    return took([&] {
      client one(server.port());
      one.send(head + std::string(bytes, ' '));
      const auto answer = one.receive();
      REQUIRE(answer);
      CHECK(answer->status == 408);
      CHECK(answer->body.find("min_body_bytes_per_second = 1000") != std::string::npos);
    });
  };
  const auto idle = ends_after(10);
  CHECK((idle > seconds(0.9) && idle < seconds(1.9)));
  const auto earned = ends_after(2'000);
  CHECK((earned > seconds(2.9) && earned < seconds(4)));
}

TEST_CASE("a body that comes fast enough is taken however long its grace is over", "[http]") {
  auto of = test_config();
  of.body_grace_seconds = 1;
  of.min_body_bytes_per_second = 100;
  test_server server(of);
  client one(server.port());
  const std::string body = R"({"category":"a","data":1})" + std::string(975, ' ');
  one.send("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  for (std::size_t at = 0; at < body.size(); at += 100) {
    one.send(body.substr(at, 100));
    if (at + 100 < body.size()) CHECK_FALSE(one.readable(std::chrono::milliseconds(200)));
  }
  const auto answer = one.receive();
  REQUIRE(answer);
  CHECK(answer->status == 200);
}

TEST_CASE("a reader of single bytes is cut off at the write timeout all the same, and loses nothing",
          "[http]") {
  auto of = test_config();
  of.write_timeout_seconds = 1;
  of.max_reply_bytes = 32 << 20;
  of.max_event_bytes = 1 << 19;
  test_server server(of);
  client publisher(server.port());
  for (int i = 0; i < 40; ++i) publisher.publish("a", '"' + std::string(500'000, 'x') + '"');
  publisher.close();
  client slow(server.port());
  const auto time = took([&] {
    slow.send(request_text("GET", "/events?category=a&since_time=0"));
    REQUIRE(eventually([&] { return server->open_connections() == 1; }));
    while (server->open_connections() == 1) {
      char byte = 0;
      ::recv(slow.descriptor(), &byte, 1, 0);
      pause_briefly();
    }
  });
  CHECK(time < seconds(3));
  CHECK(server->shared().count(&config::write_timeout_seconds) == 1);
  client again(server.port());
  CHECK(again.get("/events?category=a&since_time=0")->json().at("events").as_array().size() == 40);
}

TEST_CASE("readers that do not read hold up neither the publisher nor other subscribers", "[http]") {
  auto of = test_config();
  of.max_reply_bytes = 8 << 20;
  of.max_event_bytes = 4 << 20;
  of.max_body_bytes = 8 << 20;
  test_server server(of);
  std::vector<std::unique_ptr<client>> stalled;
  for (int i = 0; i < 50; ++i) {
    stalled.push_back(std::make_unique<client>(server.port()));
    stalled.back()->send(request_text("GET", "/events?category=a&timeout=100"));
  }
  client reads(server.port()), publisher(server.port());
  reads.send(request_text("GET", "/events?category=a&timeout=100"));
  REQUIRE(server.parks(51));
  REQUIRE_FALSE(publisher.publish("a", '"' + std::string(3'000'000, 'x') + '"').empty());
  const auto answer = reads.receive();
  REQUIRE(answer);
  CHECK(answer->body.size() > 3'000'000);
  CHECK(server->open_connections() == 52);
}

TEST_CASE("a large reply that fits into the system's buffers counts against nothing", "[http]") {
  test_server server;
  client publisher(server.port());
  const auto text = '"' + std::string(200, 'x') + '"';
  for (int i = 0; i < 100; ++i) REQUIRE_FALSE(publisher.publish("a", text).empty());
  client reader(server.port());
  const auto got = reader.get("/events?category=a&since_time=0");
  REQUIRE(got);
  CHECK(got->body.size() > 25'000);
  CHECK(server->shared().replies.bytes.take_peak() == 0);
}

TEST_CASE("100,000 pipelined requests whose replies nobody reads stop being read", "[http]") {
  auto of = test_config();
  of.write_timeout_seconds = 1;
  of.max_requests_per_connection = 0;
  test_server server(of);
  client one(server.port());
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += request_text("GET", "/healthz");
  std::thread sends([&] {
    for (int i = 0; i < 100 && one.send(many); ++i) {
    }
  });
  CHECK(eventually([&] { return server->shared().count(&config::write_timeout_seconds) == 1; }));
  CHECK(eventually([&] { return server->open_connections() == 0; }));
  sends.join();
  client other(server.port());
  CHECK(other.get("/healthz")->status == 200);
}

TEST_CASE("a client that has no room for 100 Continue is disconnected instead of missing it", "[http]") {
  test_server server;
  client one(server.port());
  REQUIRE(one.get("/healthz"));
  // The server's side of the connection is a descriptor of this process too: fill what it may send.
  const int far = far_end_of(one.descriptor());
  REQUIRE(far >= 0);
  fill(far);
  one.send("POST /publish HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 25\r\n\r\n");
  CHECK(eventually([&] { return server->open_connections() == 0; }));
}
