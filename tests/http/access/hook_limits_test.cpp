#include "http/access/hook_wire.hpp"
#include "support/admin.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <memory>
#include <vector>

using namespace longpolld;
using namespace longpolld::test;

namespace {

using clients = std::vector<std::unique_ptr<client>>;

/// Whom a proxy names.
std::string of_address(const std::string& last) { return "X-Forwarded-For: 203.0.113." + last + "\r\n"; }

config few_guesses() {
  auto of = test_config();
  of.max_wrong_credentials_per_second_per_address = 3;
  return of;
}

/// Knows session 1, and nobody else.
backend::script knows_one_session() {
  return [](backend::peer& peer) {
    while (const auto asked = peer.request()) {
      if (!peer.send(asked->find("session=1\r\n") == std::string::npos ? said(401) : allowed)) return;
    }
  };
}

/// Sends ever other wrong credentials until that is too fast.
bool guesses_too_fast(client& by, const std::string& fields) {
  int number = 0;
  return eventually(
      [&] { return publish_status(by, "a", fields + bearer("wrong" + std::to_string(++number))) == 429; });
}

void send_poll(clients& all, const test_server& to, const std::string& category, const std::string& fields) {
  all.push_back(std::make_unique<client>(to.port()));
  all.back()->send(request_text("GET", "/events?category=" + category + now_or_soon, fields));
}

/// How many have a reply by now.
std::size_t answered(const clients& all) {
  std::size_t count = 0;
  for (const auto& one : all) count += one->readable(std::chrono::milliseconds(0)) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("wrong credentials by the backend's word are limited for each address", "[http]") {
  backend site(knows_one_session());
  test_server server(few_guesses(), rules_asking(site));
  client one(server.port());
  REQUIRE(guesses_too_fast(one, of_address("1")));
  CHECK(server->shared().count(&config::max_wrong_credentials_per_second_per_address) > 0);
  CHECK(publish_status(one, "a", of_address("2") + bearer("wrong")) == 401);
}

TEST_CASE("who repeats what the backend has called wrong guesses nothing", "[http]") {
  backend site(knows_one_session());
  test_server server(few_guesses(), rules_asking(site));
  client one(server.port());
  for (int i = 0; i < 50; ++i) CHECK(publish_status(one, "a", of_address("1") + bearer("wrong")) == 401);
  CHECK(site.requests() == 1);
}

TEST_CASE("one client's wrong credentials take from its neighbours nothing that the backend has allowed",
          "[http]") {
  backend site(knows_one_session());
  const auto tables = GENERATE(true, false) ? site_table("") : "";
  test_server server(few_guesses(), rules_asking(site, "", tables));
  client one(server.port()), other(server.port());
  const auto session = GENERATE(true, false) ? cookie : bearer("session=1");
  REQUIRE(publish_status(other, "a", of_address("1") + session) == 200);
  REQUIRE(guesses_too_fast(one, of_address("1")));
  CHECK(publish_status(other, "a", of_address("1") + session) == 200);
  CHECK(other.get("/events?category=public" + now_or_soon, of_address("1"))->status == 200);
}

TEST_CASE("a guess whose sender does not wait for the answer counts as one", "[http]") {
  backend site(knows_one_session());
  test_server server(few_guesses(), rules_asking(site));
  client one(server.port());
  int number = 0;
  CHECK(eventually([&] {
    client leaves(server.port());
    const auto before = site.requests();
    leaves.send(request_text("GET", "/events?category=a" + now_or_soon,
                             of_address("1") + bearer("wrong" + std::to_string(++number))));
    const bool is_asked = eventually([&] { return site.requests() > before || leaves.readable({}); });
    leaves.reset();
    const auto unknown_yet = "Cookie: number=" + std::to_string(number) + "; session=1\r\n";
    return is_asked && publish_status(one, "a", of_address("1") + unknown_yet) == 429;
  }));
}

TEST_CASE("sessions that the backend knows are no wrong credentials", "[http]") {
  backend site(always(allowed));
  test_server server(few_guesses(), rules_asking(site, "", site_table("publish = [\"user.{sub}\"]\n")));
  client one(server.port());
  for (int i = 0; i < 20; ++i) {
    CHECK(publish_status(one, "a", of_address("1") + bearer("session" + std::to_string(i))) == 200);
  }
  CHECK(publish_status(one, "user.ann", of_address("1") + bearer(site_token("ann"))) == 200);
}

TEST_CASE("requests that wait for the backend leave half of the room to others", "[http]") {
  held_site site;
  auto of = test_config();
  of.threads = 1;  // each request waits before the next one is read
  of.max_request_bytes_in_flight = 1 << 20;
  test_server server(of, rules_asking(site.server, "timeout_seconds = 20\n", backend_table()));
  const auto asking = [&] { return server->shared().asking_bytes.now(); };
  const auto padded = [](std::size_t bytes) {
    std::string made = R"({"category":"a","data":1})";
    made.resize(bytes, ' ');
    return made;
  };
  clients waits;
  const auto is_told = [&] { return waits.back()->readable(std::chrono::milliseconds(0)); };
  do {
    waits.push_back(std::make_unique<client>(server.port()));
    waits.back()->send(request_text("POST", "/publish", cookie, padded(100'000)));
    REQUIRE(eventually(
        [&] { return asking() / 100'000 == static_cast<std::int64_t>(waits.size()) || is_told(); }));
  } while (!is_told() && waits.size() < 20);
  const auto refused = waits.back()->receive();
  CHECK(refused->status == 503);
  CHECK(refused->body.find("max_request_bytes_in_flight = 1048576") != std::string::npos);
  waits.pop_back();
  CHECK(waits.size() == 5);
  CHECK(client(server.port()).post("/publish", padded(200'000), bearer(backend_secret))->status == 200);
  site.server.go_on();
  for (auto& one : waits) CHECK(one->receive()->status == 200);
  CHECK(eventually([&] { return asking() == 0 && server->shared().request_bytes.now() == 0; }));
}

TEST_CASE("requests of one address leave room to others, also those that ask the same", "[http]") {
  held_site site;
  auto of = test_config();
  of.max_request_bytes_in_flight = 1 << 20;
  test_server server(of, rules_asking(site.server, "timeout_seconds = 20\n"));
  std::string text = R"({"category":"a","data":1})";
  text.resize(60'000, ' ');
  clients many;
  const auto send_one = [&](const std::string& address) {
    const auto before = server->shared().asking_bytes.now();
    many.push_back(std::make_unique<client>(server.port()));
    many.back()->send(request_text("POST", "/publish", of_address(address) + cookie, text));
    return eventually(
               [&] { return server->shared().asking_bytes.now() > before || many.back()->readable({}); }) &&
           server->shared().asking_bytes.now() > before;
  };
  int count = 0;
  while (count < 10 && send_one("1")) ++count;
  CHECK(count == 4);  // a quarter of a MiB
  const auto refused = many.back()->receive();
  CHECK(refused->status == 429);
  CHECK(refused->body.find("a quarter of max_request_bytes_in_flight = 1048576") != std::string::npos);
  many.pop_back();
  CHECK(send_one("2"));
  site.server.go_on();
  for (auto& one : many) CHECK(one->receive()->status == 200);
  CHECK(eventually([&] { return server->shared().asking_bytes.now() == 0; }));
  CHECK(client(server.port()).post("/publish", text, of_address("1") + cookie)->status == 200);
}

TEST_CASE("who shows nothing that is passed on is told apart by his address", "[http]") {
  backend site(always(allowed));
  test_server server(test_config(), rules_asking(site));
  client one(server.port());
  const std::string body = R"({"category":"a","data":1})", key = "Idempotency-Key: 1\r\n";
  const auto first = one.post("/publish", body, of_address("1") + key);
  const auto other = one.post("/publish", body, of_address("2") + key);
  CHECK(first->status == 200);
  CHECK(other->field("Idempotent-Replayed").empty());
  CHECK(other->body != first->body);
  CHECK(one.post("/publish", body, of_address("1") + key)->field("Idempotent-Replayed") == "true");
}

TEST_CASE("bodies that are not whole keep nobody's question from the backend", "[http]") {
  backend site(always(allowed));
  auto of = test_config();
  of.max_request_bytes_in_flight = 1 << 20;
  test_server server(of, rules_asking(site));
  clients stand;
  for (int i = 0; i < 8; ++i) {
    stand.push_back(std::make_unique<client>(server.port()));
    stand.back()->send("POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" +
                       std::string(100'000, ' '));
  }
  REQUIRE(eventually([&] { return server->shared().request_bytes.now() > (1 << 19); }));
  client one(server.port());
  CHECK(one.get("/events?category=a" + now_or_soon, cookie)->status == 200);
  CHECK(publish_status(one, "a", cookie) == 200);
  CHECK(eventually([&] { return server->shared().asking_bytes.now() == 0; }));
}

TEST_CASE("one address does not keep the questions of others from the backend", "[http]") {
  held_site site;
  auto of = test_config();
  of.threads = 1;
  operated one(of, rules_asking(site.server,
                                "timeout_seconds = 20\nmax_connections = 1\nmax_waiting = 3\n"
                                "max_waiting_per_address = 2\n"));
  auto& server = one.server();
  clients many, others;
  send_poll(many, server, "a0", of_address("1"));
  REQUIRE(eventually([&] { return site.server.requests() == 1; }));
  for (int i = 1; i <= 5; ++i) send_poll(many, server, "a" + std::to_string(i), of_address("1"));
  REQUIRE(eventually([&] { return answered(many) == 3; }));
  send_poll(others, server, "b", of_address("2"));
  CHECK_FALSE(others.back()->readable(std::chrono::milliseconds(100)));
  site.server.go_on();
  CHECK(others.back()->receive()->status == 200);
  std::size_t allowed_ones = 0;
  for (auto& by : many) {
    const auto reply = by->receive();
    allowed_ones += reply->status == 200 ? 1 : 0;
    if (reply->status == 200) continue;
    CHECK(reply->status == 429);
    CHECK(reply->field("Retry-After") == "1");
    CHECK(reply->body.find("max_waiting_per_address = 2") != std::string::npos);
  }
  CHECK(allowed_ones == 3);
  const auto verdicts = [&](const char* what) {
    return one.metrics().value(std::string("longpolld_access_verdicts_total{verdict=\"") + what + "\"}");
  };
  CHECK(verdicts("crowded") == 3);
  CHECK(verdicts("guessing") == 0);
  CHECK(one.metrics().value("longpolld_access_hook_total{answer=\"asked\"}") == 4);
  // What was refused was not asked, and is no answer that is kept.
  CHECK(publish_status(*many.back(), "a5", of_address("1")) == 200);
}

TEST_CASE("of a client that resets while its request waits nothing is asked, on whatever thread", "[http]") {
  held_site site;
  test_server server(test_config(), rules_asking(site.server, "timeout_seconds = 20\nmax_connections = 1\n"));
  const auto number = [](const char* name, int i) { return name + std::to_string(i); };
  clients stay, leave;
  for (int i = 0; i < 8; ++i) send_poll(stay, server, number("stays", i), cookie);
  REQUIRE(eventually([&] { return site.server.requests() == 2; }));  // one a thread
  for (int i = 0; i < 8; ++i) {
    const auto before = server->shared().request_bytes.now();
    send_poll(leave, server, number("leaves", i), cookie);
    REQUIRE(eventually([&] { return server->shared().request_bytes.now() > before; }));
  }
  for (auto& one : leave) one->reset();
  CHECK(eventually([&] { return server->open_connections() == 8; }));
  site.server.go_on();
  for (auto& one : stay) CHECK(one->receive()->status == 200);
  for (int i = 0; i < 8; ++i) CHECK(publish_status(*stay.front(), number("later", i), cookie) == 200);
  CHECK(site.server.requests() == 16);
}
