#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("more connections from an address than max_connections_per_address are answered 429 and closed",
          "[http][plain]") {
  auto of = test_config();
  of.max_connections_per_address = 3;
  of.trusted_proxies = {};
  test_server server(of);
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(std::make_unique<client>(server.port(), "127.0.0.2"));
    REQUIRE(all.back()->get("/healthz"));
  }
  client more(server.port(), "127.0.0.2");
  const auto answer = more.receive();
  REQUIRE(answer);
  CHECK(answer->status == 429);
  CHECK(answer->field("Retry-After") == "1");
  CHECK(answer->field("Connection") == "close");
  CHECK(answer->body.find("max_connections_per_address = 3") != std::string::npos);
  CHECK(more.receive_all().empty());
  CHECK(server->shared().count(&config::max_connections_per_address) == 1);
  client other(server.port(), "127.0.0.3");
  CHECK(other.get("/healthz")->status == 200);
  all.front()->close();
  CHECK(eventually([&] {
    client again(server.port(), "127.0.0.2");
    const auto served = again.get("/healthz");
    return served && served->status == 200;
  }));
}

TEST_CASE("an address whose connections are gone, however they ended, is not remembered", "[http][plain]") {
  auto of = test_config();
  of.trusted_proxies = {};
  of.max_connections = 8;
  test_server server(of);
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 12; ++i) {  // four of them are turned away
    all.push_back(std::make_unique<client>(server.port()));
    all.back()->send(request_text("GET", "/events?category=a&timeout=100"));
  }
  REQUIRE(server.parks(8));
  CHECK(server->shared().addresses.size() == 2);  // of its polls, of its connections
  for (std::size_t i = 0; i < all.size(); ++i) i % 2 == 0 ? all[i]->reset() : all[i]->close();
  CHECK(eventually([&] { return server->open_connections() == 0; }));
  CHECK(server->shared().addresses.size() == 0);
}

TEST_CASE("a trusted proxy has no limit on its connections", "[http]") {
  auto of = test_config();
  of.max_connections_per_address = 2;
  test_server server(of);
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 6; ++i) {
    all.push_back(std::make_unique<client>(server.port()));
    REQUIRE(all.back()->get("/healthz"));
  }
  CHECK(server->shared().addresses.size() == 0);
}

TEST_CASE("TCP_USER_TIMEOUT never cuts off a reader before write_timeout_seconds does", "[http]") {
  auto of = test_config();
  of.write_timeout_seconds = GENERATE(1, 60);
  test_server server(of);
  int milliseconds = 0;
  for (int descriptor = 3; descriptor < 1024 && milliseconds == 0; ++descriptor) {
    sockaddr_in name{};
    socklen_t length = sizeof name;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &length) != 0) continue;
    if (name.sin_port != htons(server.port())) continue;
    length = sizeof milliseconds;
    ::getsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, &length);
  }
  CHECK(milliseconds > of.write_timeout_seconds * 1000);
}
