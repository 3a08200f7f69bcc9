#include "longpolld/process/exit_codes.hpp"

#include "support/backend.hpp"
#include "support/canned_server.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr double slack_seconds =
    8;  // beyond --for: far less than the servers here hold on, whatever the machine does

struct timed_run : finished {
  double seconds = 0;
};

timed_run tail(const canned_server& at, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"tail", "a", "--url", at.url()});
  const auto begin = std::chrono::steady_clock::now();
  timed_run done{run(arguments)};
  done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return done;
}

finished publish(const canned_server& at) { return run({"publish", "a", "1", "--url", at.url()}); }
finished health(const canned_server& at) { return run({"--health", "--listen", "127.0.0.1:" + at.port()}); }

/// Takes questions and answers none, for whoever is run by its shell.
class silent_name_server {
 public:
  silent_name_server() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(53);
    ::inet_pton(AF_INET, "127.9.9.9", &at.sin_addr);
    is_bound_ = ::bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    std::ofstream(file_) << "nameserver 127.9.9.9\n";
  }
  ~silent_name_server() {
    ::close(socket_);
    std::remove(file_.c_str());
  }
  silent_name_server(const silent_name_server&) = delete;
  silent_name_server& operator=(const silent_name_server&) = delete;

  /// Runs nothing where this cannot be.
  [[nodiscard]] finished shell(const std::string& line) const {
    if (!is_bound_) return {};
    return test::shell("unshare -m sh -c 'mount --bind " + file_ + " /etc/resolv.conf && { " + line + "; }'");
  }

 private:
  std::string file_ = "/tmp/longpolld_resolv_" + std::to_string(::getpid());
  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool is_bound_ = false;
};

bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

const std::string sly = "\\u001b]0;x\\u0007\xc2\x9b";  // as JSON: escaped controls, and one that need not be
const std::string event_line = R"({"timestamp":1,"category":"a","data":"\u001b)"
                               "\xc2\x9b"
                               R"(","id":"x"})";

}  // namespace

TEST_CASE("no Retry-After keeps tail beyond --for, or waiting for more than five minutes", "[process]") {
  for (const auto* asked : {"2147483647", "99999999999999999999", "300"}) {
    CAPTURE(asked);
    const canned_server server(canned(503, "", std::string("Retry-After: ") + asked + "\r\n"));
    const auto done = tail(server, {"--for", "1", "--count", "1"});
    CHECK(done.code == exit_too_few);
    CHECK(done.seconds < 1 + slack_seconds);
    CHECK(holds(done, "status 503; trying again in 300 s"));
    CHECK(server.requests() == 1);
  }
}

TEST_CASE("a Retry-After that is no number of seconds leads to no flood of requests", "[process]") {
  for (const auto* asked : {"-1000", "-99999999999999999999", "0", "Wed, 21 Oct 2015 07:28:00 GMT"}) {
    CAPTURE(asked);
    const canned_server server(canned(503, "", std::string("Retry-After: ") + asked + "\r\n"));
    tail(server, {"--for", "1.5"});
    CHECK(server.requests() < 20);
  }
}

TEST_CASE("replies without events that come before their time lead to no flood of requests", "[process]") {
  const canned_server server(
      canned(200, R"({"timeout":"no events before timeout","timestamp":1,"cursor":"x"})"));
  const auto done = tail(server, {"--for", "1.5"});
  CHECK((done.code == 0 && done.output.empty()));
  CHECK(server.requests() < 20);
}

TEST_CASE("a server that accepts and does not answer does not keep tail beyond --for", "[process]") {
  const canned_server silent("");
  const auto done = tail(silent, {"--for", "1"});
  CHECK(done.code == 0);
  CHECK(done.seconds < 1 + slack_seconds);
  const canned_server unfinished("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
  CHECK(tail(unfinished, {"--for", "1"}).seconds < 1 + slack_seconds);
}

TEST_CASE("a name server that does not answer does not keep tail beyond --for", "[process]") {
  const silent_name_server names;
  const auto begin = std::chrono::steady_clock::now();
  const auto done = names.shell("$LONGPOLLD tail a --url http://slow.example --for 1; echo exit code $?");
  if (!holds(done, "exit code")) {
    WARN("left out: a resolv.conf of its own needs root and a mount namespace");
    return;
  }
  CHECK(holds(done, "no answer: it did not come in time\nexit code 0"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::duration<double>(1 + slack_seconds));
}

TEST_CASE("a reply that is too large is an error that names the bound", "[process]") {
  const std::string huge = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000000\r\n\r\n{";
  const canned_server server(huge);
  const auto followed = tail(server, {"--patience", "0"});
  CHECK((followed.code == 69 && holds(followed, "larger than 67108864 bytes (--max-reply-bytes)")));
  const auto published = publish(server);
  CHECK((published.code == 69 && holds(published, "larger than 67108864 bytes (--max-reply-bytes)")));
  CHECK(holds(published, "it is unknown whether the server has stored them"));
  const auto asked = health(server);
  CHECK((asked.code == 1 && holds(asked, "is not well: no answer: the reply is larger than 65536 bytes")));
  const auto less = tail(canned_server(canned(200, std::string(1001, ' '))),
                         {"--patience", "0", "--max-reply-bytes", "1000"});
  CHECK((less.code == 69 && holds(less, "larger than 1000 bytes (--max-reply-bytes)")));
}

TEST_CASE("a proxy that gives up says nothing of what the server has stored: the same key comes again",
          "[process]") {
  const int status = GENERATE(500, 502, 504);
  std::vector<std::string> keys;
  const backend site([&](backend::peer& by) {
    while (const auto asked = by.request()) {
      const auto at = asked->find("Idempotency-Key: ");
      keys.push_back(asked->substr(at, asked->find('\r', at) - at));
      by.send(keys.size() == 1 ? canned(status, "")
                               : canned(200, R"({"events":[{"id":"x","timestamp":1}]})"));
    }
  });
  const auto url = "http://127.0.0.1:" + std::to_string(site.port());
  const auto done = run({"publish", "a", "1", "--patience", "20", "--url", url});
  CHECK(done.code == 0);
  CHECK(done.output == "x\n");
  REQUIRE(keys.size() == 2);
  CHECK(keys[0] == keys[1]);
  const canned_server never(canned(status, ""));
  const auto failed = run({"publish", "a", "1", "--patience", "0", "--url", never.url()});
  CHECK(failed.code == 69);
  CHECK(holds(failed, "it is unknown whether the server has stored them"));
}

TEST_CASE("headers and trailers of any size are an error, not a crash", "[process]") {
  for (const std::size_t bytes : {17'000U, 40'000U, 70'000U, 1'000'000U}) {
    CAPTURE(bytes);
    const canned_server trailer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: " +
                                std::string(bytes, 'x') + "\r\n\r\n");
    const canned_server header("HTTP/1.1 200 OK\r\nX: " + std::string(bytes, 'x') + "\r\n\r\n");
    const canned_server extension("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" +
                                  std::string(bytes, 'x') + "\r\n{}\r\n0\r\n\r\n");
    for (const auto* server : {&trailer, &header, &extension}) {
      const auto followed = tail(*server, {"--patience", "0"});
      CHECK((followed.code == 69 && holds(followed, "gave up: ")));
      CHECK(publish(*server).code == 69);
    }
    CHECK(health(header).code == 1);
  }
}

TEST_CASE("what a server says is escaped on standard error", "[process]") {
  const canned_server refuses(canned(400, R"({"error":")" + sly + "\"}"));
  const auto refused = tail(refuses, {});
  CHECK((refused.code == exit_refused && is_plain(refused.output)));
  CHECK(holds(refused, "\\u001b]0;x\\u0007\\u009b (status 400)"));
  const auto unpublished = publish(refuses);
  CHECK((unpublished.code == exit_refused && is_plain(unpublished.output)));
  CHECK(holds(unpublished, "\\u001b]0;x\\u0007\\u009b"));
  const canned_server tells(
      canned(200, R"({"events":[],"cursor":"x","gap":[")" + sly + R"("],"warning":")" + sly + "\"}"));
  const auto told = tail(tells, {"--strict"});
  CHECK((told.code == exit_gap && is_plain(told.output)));
  CHECK(holds(told, "gap: events are no longer kept, in [\"\\u001b]0;x\\u0007\\u009b\"]"));
  CHECK(holds(told, "warning: \\u001b]0;x\\u0007\\u009b\n"));
  const auto endless =
      tail(canned_server(canned(400, R"({"error":")" + std::string(100'000, 'x') + "\"}")), {});
  CHECK(endless.output.size() < 2'000);
}

TEST_CASE("events are escaped on a terminal, and byte for byte elsewhere", "[process]") {
  const canned_server server(canned(200, R"({"events":[)" + event_line + R"(],"cursor":"x"})"));
  const auto line = "$LONGPOLLD tail a --count 1 --url " + server.url();
  CHECK(shell(line).output == event_line + "\n");
  const auto shown = shell("NO_COLOR=1 script -qec '" + line + "' /dev/null");
  CHECK(shown.output.ends_with("  a  \"\\u001b\\u009b\"\r\n"));
  const canned_server ids(canned(200, R"({"success":true,"events":[{"id":"x\u001b","timestamp":1}]})"));
  CHECK(shell("$LONGPOLLD publish a 1 --url " + ids.url()).output == "x\x1b\n");
  CHECK(shell("script -qec '$LONGPOLLD publish a 1 --url " + ids.url() + "' /dev/null").output ==
        "x\\u001b\r\n");
}

TEST_CASE("a time that is no number is refused", "[process]") {
  for (const auto* bad : {"nan", "inf", "1e300"}) {
    CHECK(run({"tail", "a", "--for", bad, "--url", "http://127.0.0.1:1"}).code == exit_usage);
    CHECK(run({"tail", "a", "--patience", bad, "--url", "http://127.0.0.1:1"}).code == exit_usage);
  }
}
