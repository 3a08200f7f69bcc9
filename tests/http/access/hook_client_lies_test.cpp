#include "http/access/hook_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;
using namespace std::chrono_literals;

namespace {

/// Reads one request, and says this.
backend::script once(std::string bytes) {
  return [bytes = std::move(bytes)](backend::peer& one) {
    if (one.request()) one.send(bytes);
  };
}

/// Reads one request, and says this, then that without end.
backend::script endless(std::string bytes, std::string more) {
  return [bytes = std::move(bytes), more = std::move(more)](backend::peer& one) {
    if (!one.request()) return;
    for (bool is_taken = one.send(bytes); is_taken;) is_taken = one.send(more);
  };
}

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string kilobyte(1024, 'x');

std::string why_of(const backend::script& manners) {
  backend server(manners);
  asking one(server);
  one.settings.timeout = 10s;
  auto why = one.why();
  CHECK(eventually([&] { return server.open() == 0; }));
  CHECK(one.connections() == 0);
  CHECK(server.requests() == 1);
  return why;
}

}  // namespace

TEST_CASE("a reply that means nothing is no answer", "[http]") {
  const std::string page = "<!doctype html><title>Sign in</title>";
  CHECK(why_of(once(ok + "Connection: close\r\n\r\n" + page)) ==
        "the body of its reply is neither empty nor a JSON object");
  CHECK(why_of(once("HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n")) ==
        "the status of its reply is none of 200, 401 and 403 but 302");
  CHECK(why_of(once("HTTP/1.1 204 No Content\r\n\r\n")).ends_with("204"));
  CHECK(why_of(once("HTTP/1.1 100 Continue\r\n\r\n" + yes)).ends_with("100"));
  CHECK(why_of(once("SSH-2.0-OpenSSH_9.2\r\n\r\n")) == "its reply is not HTTP/1.1");
  CHECK(why_of(once(ok + "\r\n")) == "an empty reply must say Content-Length: 0");
  CHECK(why_of(once(ok + "Transfer-Encoding: gzip, chunked\r\n\r\n{}")) ==
        "the length of its reply is in doubt");
}

TEST_CASE("a reply without end is no answer, long before its end", "[http]") {
  const std::string large = "its reply has more than 65536 bytes";
  CHECK(why_of(endless(ok + "Content-Length: 1073741824\r\n\r\n", kilobyte)) == large);
  CHECK(why_of(endless(ok + "\r\n", kilobyte)) == large);
  CHECK(why_of(endless(ok + "Transfer-Encoding: chunked\r\n\r\n", "400\r\n" + kilobyte + "\r\n")) == large);
  CHECK(why_of(endless(ok, "X: " + kilobyte + "\r\n")) ==
        "the header of its reply has more than 16384 bytes");
  CHECK(why_of(endless("", kilobyte)) == "the header of its reply has more than 16384 bytes");
}

TEST_CASE("half a reply is no answer", "[http]") {
  CHECK(why_of(once("")) == "it ended the connection without a reply");
  for (const auto& half : {std::string("H"), ok, ok + "Content-Length: 3\r\n\r\n{}",
                           ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"}) {
    CHECK(why_of(once(half)) == "its reply ended half way");
  }
}

TEST_CASE("a reply in chunks, and in pieces of a byte, is an answer", "[http]") {
  const std::string bytes =
      ok + "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"allow\"\r\n7\r\n:[\"a\"]}\r\n0\r\n\r\n";
  backend server([&](backend::peer& one) {
    while (one.request()) {
      for (const char c : bytes) one.send({&c, 1});
    }
  });
  asking one(server);
  CHECK(one.kind() == hook_kind::allowed);
  CHECK(one.kind() == hook_kind::allowed);
  CHECK(server.connections() == 1);
}

TEST_CASE("bytes behind a reply, a second reply above all, never answer another question", "[http]") {
  const auto no = canned(403, "");
  const auto first =
      GENERATE_COPY(canned(401, "") + canned(200, ""),                // smuggled
                    canned(401, "") + "x", canned(401, "") + "\r\n",  // a wrong length
                    "HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + canned(200, ""));
  backend server([&](backend::peer& one) { one.answer_all(one.number == 1 ? first : no); });
  asking one(server);
  CHECK(one.kind() == hook_kind::unauthorized);
  CHECK(one.connections() == 0);
  CHECK(one.kind() == hook_kind::forbidden);
  CHECK(server.connections() == 2);
}

TEST_CASE("bytes that come while nothing is asked end a kept connection", "[http]") {
  backend server([&](backend::peer& one) {
    if (!one.request()) return;
    one.send(one.number == 1 ? canned(401, "") : canned(403, ""));
    server.pass();
    one.send(canned(200, ""));
    one.await_end();
  });
  asking one(server);
  CHECK(one.kind() == hook_kind::unauthorized);
  CHECK(one.connections() == 1);
  server.go_on();
  CHECK(eventually([&] { return one.connections() == 0; }));
  CHECK(one.kind() == hook_kind::forbidden);
}

TEST_CASE("bytes and ends that came unnoticed are found before a kept connection is used", "[http]") {
  // The shard is busy from before they come until after the next question: it has not been told of them.
  const bool is_end = GENERATE(true, false);
  std::atomic<bool> is_said{false};
  backend server([&](backend::peer& one) {
    if (one.number > 1) return one.answer_all(canned(403, ""));
    if (!one.request()) return;
    one.send(canned(401, ""));
    server.pass();
    if (!is_end) one.send(canned(200, ""));
    is_said = true;
    if (!is_end) one.await_end();
  });
  asking one(server);
  CHECK(one.kind() == hook_kind::unauthorized);
  std::future<hook_answer> next;
  one.on_shard([&] {
    server.go_on();
    CHECK(eventually([&] { return is_said && (!is_end || server.open() == 0); }));
    next = one.begin_here();
  });
  CHECK(next.get().verdict.what == hook_kind::forbidden);
  CHECK((server.connections() == 2 && server.requests() == 2));
}

TEST_CASE("a kept connection that is closed instead of an answer is replaced once", "[http]") {
  // Which connection ends how at its second question.
  struct plan {
    std::string second;  // what the first connection says then
    std::string other;   // what the other connections say
    hook_kind then;
    int requests;
  };
  const auto of = GENERATE_COPY(plan{"", yes, hook_kind::allowed, 3},               // asked again
                                plan{"", "", hook_kind::unavailable, 3},            // but once
                                plan{"HTTP/1.1", yes, hook_kind::unavailable, 2});  // and not when some came
  backend server([&](backend::peer& one) {
    if (!one.request()) return;
    one.send(one.number == 1 ? yes : of.other);
    if (one.number == 1 && one.request()) one.send(of.second);
  });
  asking one(server);
  CHECK(one.kind() == hook_kind::allowed);
  CHECK(one.kind() == of.then);
  CHECK(server.requests() == of.requests);
}

TEST_CASE("a backend that closes its connections with each reply, and says so or not, is asked anew",
          "[http]") {
  backend server(once(
      GENERATE(canned(200, "{}"), canned(200, "", "Connection: close\r\n"), "HTTP/1.0 200 x\r\n\r\n{}")));
  asking one(server);
  for (int i = 1; i <= 5; ++i) {
    CHECK(one.kind() == hook_kind::allowed);
    CHECK(server.connections() == i);
  }
}
