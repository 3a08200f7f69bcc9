#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/notify_socket.hpp"
#include "support/process.hpp"
#include "support/test_server.hpp"

#include <csignal>
#include <future>
#include <memory>
#include <unistd.h>

using namespace longpolld::test;

namespace {

std::string poll_text(int timeout) {
  return request_text("GET", "/events?category=a&timeout=" + std::to_string(timeout));
}

}  // namespace

TEST_CASE("SIGTERM and SIGINT answer every parked poll with its timeout and exit 0", "[process]") {
  for (const int number : {SIGTERM, SIGINT}) {
    process server({"--listen", "127.0.0.1:0", "--threads", "2", "--drain-delay-seconds", "0"});
    const auto port = server.port();
    std::vector<std::unique_ptr<client>> waits;
    for (int i = 0; i < 300; ++i) {
      waits.push_back(std::make_unique<client>(port));
      waits.back()->send(poll_text(100));
    }
    client last(port);
    last.send(request_text("GET", "/events?category=a&since_time=0&timeout=1"));
    REQUIRE(last.receive());
    server.signal(number);
    for (auto& one : waits) {
      const auto answer = one->receive();
      REQUIRE(answer);
      CHECK(answer->json().at("timeout").as_string() == "no events before timeout");
      CHECK(answer->field("Connection") == "close");
    }
    CHECK(server.wait().value_or(-1) == 0);
    CHECK(server.output().find("cut off") == std::string::npos);
  }
}

// With one thread what was sent first has been read when what was sent second is answered.

TEST_CASE("while it stops readyz is 503 and no new connection is taken", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "1", "--drain-delay-seconds", "0",
                  "--drain-timeout-seconds", "3"});
  const auto port = server.port();
  client unfinished(port);
  unfinished.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n");
  client ready(port);
  CHECK(ready.get("/readyz")->status == 200);
  server.signal(SIGTERM);
  REQUIRE(server.says("stopping"));
  CHECK(eventually([&] {
    try {
      client refused(port);
      return false;
    } catch (const std::exception&) {
      return true;
    }
  }));
  unfinished.send("\r\n");
  const auto answer = unfinished.receive();
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->field("Connection") == "close");
  unfinished.close();
  CHECK(server.wait().value_or(-1) == 0);
}

TEST_CASE("connections that have not ended after drain_timeout_seconds are cut off", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "1", "--drain-delay-seconds", "0",
                  "--drain-timeout-seconds", "1"});
  client unfinished(server.port());
  unfinished.send("GET / HT");
  client other(server.port());
  REQUIRE(other.get("/healthz"));
  server.signal(SIGTERM);
  CHECK(server.wait(std::chrono::seconds(5)).value_or(-1) == 0);
  CHECK(server.output().find("connections cut off connections=1") != std::string::npos);
}

TEST_CASE("a second signal stops at once", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "1", "--drain-delay-seconds", "0",
                  "--drain-timeout-seconds", "60"});
  client unfinished(server.port());
  unfinished.send("GET / HT");
  client other(server.port());
  REQUIRE(other.get("/healthz"));
  server.signal(SIGTERM);
  REQUIRE(server.says("stopping"));
  server.signal(SIGINT);
  CHECK(server.wait(std::chrono::seconds(5)).value_or(-1) == 0);
}

TEST_CASE("SIGUSR1 logs the counts, and how often each limit was reached", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--max-event-bytes", "2"});
  client waits(server.port()), one(server.port());
  waits.send(poll_text(100));
  CHECK_FALSE(one.publish("b", "1").empty());
  CHECK(one.publish("b", "333").empty());
  CHECK(eventually([&] {  // once it is parked
    server.signal(SIGUSR1);
    return server.output().find("counts connections=2 parked_polls=1 categories=1 buffer_bytes=") !=
           std::string::npos;
  }));
  CHECK(server.says("events_published=1"));
  CHECK(server.says("info limit reached limit=max_event_bytes times=1"));
}

TEST_CASE("a slow shard holds up the counts of SIGUSR1 and no other signal", "[process]") {
  test_server server;
  client first(server.port());
  REQUIRE(first.get("/healthz"));
  client second(server.port());
  REQUIRE(second.get("/healthz"));
  std::promise<void> go_on;
  server->pool()[0].post([&] { go_on.get_future().wait(); });
  for (const int number : {SIGUSR1, SIGTERM}) ::kill(::getpid(), number);
  CHECK(eventually([&] { return second.get("/readyz")->status == 503; }));
  go_on.set_value();
}

TEST_CASE("other signals do no harm", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--drain-delay-seconds", "0"});
  const auto port = server.port();
  for (const int number : {SIGPIPE, SIGHUP, SIGUSR2, SIGCHLD, SIGWINCH, SIGALRM}) server.signal(number);
  client one(port);
  CHECK(one.get("/healthz")->status == 200);
  server.signal(SIGTERM);
  CHECK(server.wait().value_or(-1) == 0);
}

TEST_CASE("the service manager is told of readiness, life, reloading and stopping", "[process]") {
  notify_socket manager;
  process server({"--listen", "127.0.0.1:0", "--drain-delay-seconds", "1"},
                 {manager.environment(), "WATCHDOG_USEC=900000"});
  CHECK(manager.next() == "READY=1");
  CHECK(manager.next() == "WATCHDOG=1");
  CHECK(manager.next() == "WATCHDOG=1");
  const auto next_but_life = [&] {
    std::string seen;
    while ((seen = manager.next()) == "WATCHDOG=1") {
    }
    return seen;
  };
  server.signal(SIGHUP);
  CHECK(next_but_life().rfind("RELOADING=1\nMONOTONIC_USEC=", 0) == 0);
  CHECK(next_but_life() == "READY=1");
  server.signal(SIGTERM);
  CHECK(next_but_life() == "STOPPING=1");
  CHECK(client(server.port()).get("/readyz")->status == 503);  // when the delay begins
  CHECK(server.wait().value_or(-1) == 0);
}
