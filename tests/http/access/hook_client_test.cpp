#include "http/access/hook_fixture.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace longpolld;
using namespace longpolld::test;
using namespace std::chrono_literals;

namespace {

/// A backend that answers each question with these bytes.
backend::script always(std::string bytes) {
  return [bytes = std::move(bytes)](backend::peer& one) { one.answer_all(bytes); };
}

/// One that lets each question wait until it may go on.
struct held {
  backend server{[this](backend::peer& one) {
    while (one.request()) {
      server.pass();
      if (!one.send(yes)) return;
    }
  }};
};

template <class Action>
auto timed_by(Action action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace

TEST_CASE("a question is one POST with the forwarded fields as they came", "[http]") {
  backend server(always(yes));
  asking one(server);
  CHECK(one.kind() == hook_kind::allowed);
  const std::string body = R"({"action":"subscribe","categories":["a"],"client":"203.0.113.9"})";
  CHECK(server.last_request() ==
        "POST /auth?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\nAccept: application/json\r\nCookie: sid=1\r\nAuthorization: Bearer x\r\n\r\n" + body);
}

TEST_CASE("a field with a control character is never sent", "[http]") {
  backend server(always(yes));
  asking one(server);
  for (const auto* value : {"a\r\nX: b", "a\nb", "a\rb", "a\x01"}) {
    const auto answer = one.ask({right::subscribe, {"a"}, {{"Cookie", value}}, "::1"});
    CHECK(answer.verdict.what == hook_kind::unavailable);
  }
  CHECK(one.ask({right::subscribe, {"a"}, {{"Cookie", std::string("a\0", 2)}}, "::1"}).verdict.what ==
        hook_kind::unavailable);
  CHECK(server.requests() == 0);
}

TEST_CASE("a connection is kept for the next question", "[http]") {
  backend server(always(canned(GENERATE(200, 401, 403), R"({"allow":["a"]})")));
  asking one(server);
  for (int i = 0; i < 5; ++i) CHECK(one.kind() != hook_kind::unavailable);
  CHECK((server.requests() == 5 && server.connections() == 1));
  CHECK(one.connections() == 1);
}

TEST_CASE("a kept connection ends when it was idle for as long as the limit says", "[http]") {
  backend server(always(yes));
  asking one(server);
  one.settings.idle = 1s;
  CHECK(one.kind() == hook_kind::allowed);
  CHECK(one.connections() == 1);
  CHECK(eventually([&] { return one.connections() == 0; }));
  CHECK(eventually([&] { return server.open() == 0; }));
  CHECK(one.kind() == hook_kind::allowed);
}

TEST_CASE("questions have max_connections connections at once, and the others wait", "[http]") {
  held of;
  asking one(of.server);
  one.settings.max_connections = 2;
  std::vector<std::future<hook_answer>> all;
  for (int i = 0; i < 7; ++i) all.push_back(one.begin());
  CHECK(eventually([&] { return of.server.requests() == 2; }));
  CHECK((one.connections() == 2 && one.waiting() == 5));
  of.server.go_on();
  for (auto& each : all) CHECK(each.get().verdict.what == hook_kind::allowed);
  CHECK((of.server.most_open() == 2 && of.server.requests() == 7));
}

TEST_CASE("what waits beyond max_waiting, or max_waiting_bytes, is not asked", "[http]") {
  held of;
  asking one(of.server);
  one.settings.max_connections = 1;
  one.settings.max_waiting = 3;
  const auto fill = [&](std::size_t count) {
    std::vector<std::future<hook_answer>> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(one.begin());
    return all;
  };
  SECTION("number") {
    auto all = fill(4);
    CHECK(one.waiting() == 3);
    CHECK(one.why() == "too many questions wait for it");
    of.server.go_on();
    for (auto& each : all) CHECK(each.get().verdict.what == hook_kind::allowed);
  }
  SECTION("bytes") {
    one.settings.max_waiting_bytes = 2 * asking::question().bytes();
    auto all = fill(3);
    CHECK(one.waiting() == 2);
    CHECK(one.why() == "too many questions wait for it");
    of.server.go_on();
    for (auto& each : all) CHECK(each.get().verdict.what == hook_kind::allowed);
  }
  CHECK(one.kind() == hook_kind::allowed);
}

TEST_CASE("of one address max_waiting_per_address questions wait, of a proxy that names nobody all",
          "[http]") {
  held of;
  asking one(of.server);
  one.settings.max_connections = 1;
  one.settings.max_waiting_per_address = 2;
  const auto from = [](client_key who) {
    return hook_question(right::subscribe, {"a"}, {}, "203.0.113.9", who);
  };
  std::vector<std::future<hook_answer>> all;
  for (int i = 0; i < 3; ++i) all.push_back(one.begin(from(7)));
  CHECK(one.ask(from(7)).verdict.what == hook_kind::crowded);
  for (int i = 0; i < 5; ++i) all.push_back(one.begin(from(0)));
  all.push_back(one.begin(from(8)));
  CHECK(one.waiting() == 8);
  of.server.go_on();
  for (auto& each : all) CHECK(each.get().verdict.what == hook_kind::allowed);
  CHECK(one.ask(from(7)).verdict.what == hook_kind::allowed);
}

TEST_CASE("a question that nobody waits for any more is dropped, not sent", "[http]") {
  held of;
  asking one(of.server);
  one.settings.max_connections = 1;
  auto first = one.begin();
  auto second = one.begin();
  CHECK(eventually([&] { return of.server.requests() == 1; }));
  one.is_wanted = false;
  of.server.go_on();
  CHECK(first.get().verdict.what == hook_kind::allowed);
  CHECK_THROWS_AS(second.get(), std::future_error);
  CHECK(of.server.requests() == 1);
}

TEST_CASE("a backend that is slow costs its timeout, those who wait too, and nobody later", "[http]") {
  held of;
  asking one(of.server);
  one.settings.timeout = 1s;
  one.settings.max_connections = 1;
  const auto took = timed_by([&] {
    auto first = one.begin(), second = one.begin();
    CHECK(first.get().why == "no answer within 1 seconds");
    CHECK(second.get().why == "no answer within 1 seconds");
  });
  CHECK((took >= 1s && took < 1500ms));
  CHECK((one.connections() == 0 && one.waiting() == 0));
  of.server.go_on();
  CHECK(one.kind() == hook_kind::allowed);
}

TEST_CASE("a backend that is dead is told of at once", "[http]") {
  std::uint16_t port = 0;
  {
    const backend gone(always(yes));
    port = gone.port();
  }
  asking one("http://127.0.0.1:" + std::to_string(port));
  one.settings.max_connections = 1;
  const auto took = timed_by([&] {
    std::vector<std::future<hook_answer>> all;
    for (int i = 0; i < 500; ++i) all.push_back(one.begin());
    const auto why = "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused";
    for (auto& each : all) CHECK(each.get().why == why);
  });
  CHECK(took < 2s);
  CHECK(one.connections() == 0);
}

TEST_CASE("a backend that takes no connection costs its timeout", "[http]") {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&at), length) == 0);
  REQUIRE(::listen(listening, 0) == 0);
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &length);
  const client filling(ntohs(at.sin_port));  // all that its queue has room for
  asking one("http://127.0.0.1:" + std::to_string(ntohs(at.sin_port)));
  one.settings.timeout = 1s;
  CHECK(one.why() == "no answer within 1 seconds");
  CHECK(one.connections() == 0);
  ::close(listening);
}

TEST_CASE("a backend's name is looked up, and what it does not name is told", "[http]") {
  backend server(always(yes));
  asking named("http://localhost:" + std::to_string(server.port()));
  CHECK(named.kind() == hook_kind::allowed);  // though ::1 may come first, where nobody listens
  CHECK(named.kind() == hook_kind::allowed);
  CHECK(server.connections() == 1);
  asking nobody("http://" + std::string(64, 'x') + ".localhost:1");  // no label is as long
  CHECK(nobody.why().starts_with("cannot look up its name: "));
}

TEST_CASE("a client that goes drops the questions under way, and closes its connections", "[http]") {
  held of;
  asking one(of.server);
  one.settings.max_connections = 1;
  auto first = one.begin(), second = one.begin();
  CHECK(eventually([&] { return of.server.requests() == 1; }));
  one.end();
  CHECK_THROWS_AS(first.get(), std::future_error);
  CHECK_THROWS_AS(second.get(), std::future_error);
  of.server.go_on();
  CHECK(eventually([&] { return of.server.open() == 0; }));
}
