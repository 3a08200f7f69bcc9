#include "support/access.hpp"
#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::string poll_text(const std::string& category, const std::string& fields = "") {
  return request_text("GET", "/events?timeout=100&category=" + category, fields);
}

/// Parks up to `most` polls, each on a connection of its own; one more gets `refused` and nothing else
/// changes.
void check_edge(test_server& server, std::size_t most, int refused, const std::string& fields = "") {
  std::vector<std::unique_ptr<client>> waits;
  for (std::size_t i = 0; i < most; ++i) {
    waits.push_back(std::make_unique<client>(server.port()));
    waits.back()->send(poll_text("a", fields));
    REQUIRE(server.parks(i + 1));
  }
  client more(server.port());
  more.send(poll_text("a", fields));
  const auto answer = more.receive();
  REQUIRE(answer);
  CHECK(answer->status == refused);
  CHECK(answer->field("Retry-After") == "1");
  CHECK(server.parks(most));
  waits.front()->close();
  REQUIRE(server.parks(most - 1));
  more.send(poll_text("a", fields));
  CHECK(server.parks(most));
  CHECK_FALSE(client(server.port()).publish("a", "1").empty());
  for (std::size_t i = 1; i < most; ++i) CHECK(waits[i]->receive()->status == 200);
  CHECK(more.receive()->status == 200);
}

config one_thread() {
  auto of = test_config();
  of.threads = 1;
  return of;
}

}  // namespace

TEST_CASE("more polls than max_parked_polls are answered 503 with Retry-After, whatever their threads",
          "[http]") {
  auto of = test_config();
  of.threads = GENERATE(1, 2, 8);
  of.max_parked_polls = 3;
  test_server server(of);
  check_edge(server, 3, 503);
}

TEST_CASE("more polls on a category than max_parked_polls_per_category are answered 503, others are parked",
          "[http]") {
  auto of = one_thread();
  of.max_parked_polls_per_category = 3;
  test_server server(of);
  client other(server.port());
  check_edge(server, 3, 503);
  client waits(server.port()), twice(server.port());
  waits.send(poll_text("a"));
  REQUIRE(server.parks(1));
  other.send(poll_text("b"));
  REQUIRE(server.parks(2));
  twice.send(poll_text("a&category=b"));
  CHECK(server.parks(3));
}

TEST_CASE("a poll takes a seat on each of its categories, and max_parked_seats are all there are", "[http]") {
  auto of = test_config();
  of.threads = GENERATE(1, 2);
  of.max_parked_seats = 8;
  test_server server(of);
  client three(server.port()), four(server.port()), one(server.port()), more(server.port());
  three.send(poll_text("a&category=b&category=c"));
  REQUIRE(server.parks(1));
  four.send(poll_text("a&category=b&category=c&category=d"));
  REQUIRE(server.parks(2));
  const auto refused = more.get("/events?timeout=100&category=x&category=y");
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(refused->body.find("max_parked_seats = 8") != std::string::npos);
  CHECK(server->shared().count(&config::max_parked_seats) == 1);
  one.send(poll_text("x"));
  REQUIRE(server.parks(3));
  three.close();
  REQUIRE(server.parks(2));
  more.send(poll_text("x&category=y&category=z"));
  CHECK(server.parks(3));
  CHECK_FALSE(client(server.port()).publish("x", "1").empty());
  CHECK(server.parks(1));
  CHECK(more.receive()->status == 200);
  client fills(server.port());
  fills.send(poll_text("1&category=2&category=3&category=4"));
  CHECK(server.parks(2));
}

TEST_CASE("a poll that is answered at once needs no room", "[http]") {
  auto of = one_thread();
  of.max_parked_polls = 1;
  test_server server(of);
  client waits(server.port()), reads(server.port());
  REQUIRE_FALSE(reads.publish("b", "1").empty());
  waits.send(poll_text("a"));
  REQUIRE(server.parks(1));
  CHECK(reads.get("/events?category=b&since_time=0")->status == 200);
  CHECK(reads.get("/events?category=b")->status == 503);
}

TEST_CASE("more polls from an address than max_parked_polls_per_address are answered 429", "[http]") {
  auto of = test_config();  // over both threads together
  of.max_parked_polls_per_address = 5;
  of.trusted_proxies = {};
  test_server server(of);
  check_edge(server, 5, 429);
}

TEST_CASE("polls of an address on more categories than max_parked_seats_per_address are answered 429",
          "[http]") {
  auto of = test_config();
  of.max_parked_seats_per_address = 3;
  of.trusted_proxies = {};
  test_server server(of);
  client waits(server.port()), more(server.port());
  waits.send(request_text("GET", "/events?category=a&category=b&timeout=100"));
  REQUIRE(server.parks(1));
  const auto refused = more.get("/events?category=c&category=d&timeout=100");
  REQUIRE(refused);
  CHECK(refused->status == 429);
  CHECK(refused->body.find("max_parked_seats_per_address = 3") != std::string::npos);
  more.send(request_text("GET", "/events?category=c&timeout=100"));
  CHECK(server.parks(2));
  CHECK(server->shared().count(&config::max_parked_seats_per_address) == 1);
}

TEST_CASE("behind a trusted proxy each client has its own limit, and a client that it does not name has none",
          "[http]") {
  auto of = test_config();
  of.max_parked_polls_per_address = 2;
  test_server server(of);
  check_edge(server, 2, 429, "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n");
  std::vector<std::unique_ptr<client>> waits;
  for (int i = 0; i < 6; ++i) {
    waits.push_back(std::make_unique<client>(server.port()));
    waits.back()->send(poll_text("a", i % 2 ? "" : "X-Forwarded-For: 192.0.2." + std::to_string(i) + "\r\n"));
  }
  CHECK(server.parks(6));
}

TEST_CASE("a client that a trusted proxy names by something other than an address counts as the proxy",
          "[http]") {
  auto of = test_config();
  of.max_parked_polls_per_address = 2;
  test_server server(of);
  const auto* said = GENERATE("unknown", "203.0.113.9, <script>", "", "127.0.0.1", "127.0.0.1, ::1");
  check_edge(server, 2, 429, "X-Forwarded-For: " + std::string(said) + "\r\n");
}

TEST_CASE("X-Forwarded-For of a peer that is not trusted is not believed", "[http]") {
  auto of = test_config();
  of.max_parked_polls_per_address = 1;
  of.trusted_proxies = {"192.0.2.0/24"};
  test_server server(of);
  client waits(server.port()), second(server.port());
  waits.send(poll_text("a", "X-Forwarded-For: 203.0.113.1\r\n"));
  REQUIRE(server.parks(1));
  second.send(poll_text("a", "X-Forwarded-For: 203.0.113.2\r\n"));
  CHECK(second.receive()->status == 429);
}

TEST_CASE("a client's polls stop counting against its limit however they end", "[http]") {
  auto of = test_config();
  of.trusted_proxies = {};
  of.max_connections_per_address = 0;
  test_server server(of);
  client times_out(server.port()), woken(server.port()), gone(server.port()), publisher(server.port());
  times_out.send(request_text("GET", "/events?category=t&timeout=1"));
  woken.send(poll_text("a"));
  gone.send(poll_text("g"));
  REQUIRE(server.parks(3));
  CHECK(server->shared().addresses.size() == 1);
  publisher.publish("a", "1");
  gone.reset();
  REQUIRE(times_out.receive());
  REQUIRE(woken.receive());
  CHECK(eventually([&] { return server->shared().addresses.size() == 0; }));
}

TEST_CASE("an address that publishes too fast gets 429 with Retry-After, and its event is not stored",
          "[http]") {
  auto of = test_config();
  of.max_events_per_second_per_address = 1;
  test_server server(of, rules_of("[anyone]\nsubscribe = [\"*\"]\npublish = [\"*\"]\n"));
  client one(server.port());
  const std::string from = "X-Forwarded-For: 203.0.113.9\r\n";
  const std::string event = R"({"category":"a","data":1})";
  CHECK(one.post("/publish", "[" + event + "," + event + "," + event + "]", from)->status == 200);
  const auto refused = one.post("/publish", event, from);
  CHECK(refused->status == 429);
  CHECK(refused->field("Retry-After") == "3");
  CHECK(one.post("/publish", event, "X-Forwarded-For: 203.0.113.10\r\n")->status == 200);
  CHECK(one.get("/events?category=a&since_time=0")->json().at("events").as_array().size() == 4);
}
