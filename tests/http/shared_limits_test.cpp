#include "longpolld/http/shared_limits.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("every limit that is reached is counted under its option's name", "[http]") {
  auto of = test_config();
  of.max_parked_polls = 1;
  of.threads = 1;
  of.max_event_bytes = 10;
  of.max_batch_events = 1;
  test_server server(of);
  client waits(server.port()), one(server.port());
  waits.send(request_text("GET", "/events?category=a&timeout=100"));
  REQUIRE(server.parks(1));
  const auto counts = [&](config::limit limit, auto action) {
    INFO(option_of(limit).name);
    const auto before = server->shared().count(limit);
    action();
    CHECK(server->shared().count(limit) == before + 1);
  };
  const std::string event = R"({"category":"a","data":1})";
  counts(&config::max_parked_polls, [&] { CHECK(one.get("/events?category=a")->status == 503); });
  counts(&config::max_event_bytes, [&] { CHECK(one.publish("a", "\"12345678901\"").empty()); });
  counts(&config::max_batch_events,
         [&] { CHECK(one.post("/publish", "[" + event + "," + event + "]")->status == 413); });
  counts(&config::max_request_line_bytes,
         [&] { CHECK(client(server.port()).get("/" + std::string(9000, 'x'))->status == 414); });
  counts(&config::max_header_bytes, [&] {
    CHECK(client(server.port()).get("/", "X: " + std::string(17'000, 'x') + "\r\n")->status == 431);
  });
  counts(&config::max_body_bytes, [&] {
    client big(server.port());
    big.send("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
    CHECK(big.receive()->status == 413);
  });
}

TEST_CASE("nobody elsewhere keeps an operator on this machine from his address", "[http]") {
  auto of = test_config();
  of.max_admin_connections = 2;
  shared_limits all(of);
  const auto from = [](const char* address) {
    return arrival{.peer = key_of(boost::asio::ip::make_address(address)), .role = listen_role::admin};
  };
  const auto far = from("203.0.113.9"), near = from("127.0.0.1"), other_near = from("::1");
  CHECK_FALSE(all.connect(far));
  CHECK_FALSE(all.connect(from("2001:db8::1")));
  REQUIRE(all.connect(far));
  CHECK_FALSE(all.connect(near));
  CHECK_FALSE(all.connect(other_near));
  CHECK(all.connect(near)->limit == &config::max_admin_connections);
  all.disconnect(far);
  CHECK(all.connect(near));
  CHECK_FALSE(all.connect(far));
  CHECK(all.connections == 4);
}

TEST_CASE("one address elsewhere has an eighth of the operators' connections, and four of few", "[http]") {
  const auto share_of = [](config::number most, const char* address) {
    auto of = test_config();
    of.max_admin_connections = most;
    shared_limits all(of);
    const arrival one{.peer = key_of(boost::asio::ip::make_address(address)), .role = listen_role::admin};
    int count = 0;
    while (!all.connect(one)) ++count;
    const auto before = all.connections.load();
    all.disconnect(one);
    CHECK_FALSE(all.connect(one));
    CHECK(all.connections == before);
    return count;
  };
  CHECK(share_of(64, "203.0.113.9") == 8);
  CHECK(share_of(64, "2001:db8::9") == 8);
  CHECK(share_of(8, "203.0.113.9") == 4);
  CHECK(share_of(1, "203.0.113.9") == 1);
  CHECK(share_of(64, "127.0.0.1") == 64);
}

TEST_CASE("a limit is logged once a second at most, and the line says how often it was reached",
          "[process]") {
  process server({"--listen", "127.0.0.1:0", "--max-event-bytes", "1", "--max-requests-per-connection", "0"});
  client one(server.port());
  const auto lines = [&] {
    const auto text = server.output();
    std::size_t count = 0;
    for (auto at = text.find("limit reached"); at != std::string::npos;
         at = text.find("limit reached", at + 1))
      ++count;
    return count;
  };
  const auto begin = std::chrono::steady_clock::now();
  int sent = 0;
  while (lines() < 2) {
    REQUIRE(one.publish("a", "22").empty());
    ++sent;
  }
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::seconds(1));
  // The line comes by a thread of its own, so that more may have been sent by then.
  const auto text = server.output();
  const auto times = std::stoi(text.substr(text.rfind("limit=max_event_bytes times=") + 28));
  CHECK(times > 1);
  CHECK(times <= sent);
}
