#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

using namespace longpolld::test;

namespace {

const std::string library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// A server whose wall clock the test sets, as an offset to the true one; its steady clock runs on.
class shifted_server {
 public:
  shifted_server()
      : file_("/tmp/longpolld_time_" + std::to_string(::getpid())),
        server_((step("+0"), arguments()), {"LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + file_,
                                            "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"}),
        port_(server_.port()) {}
  ~shifted_server() { std::filesystem::remove(file_); }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// `+3600`, `-30`, `+0.5`: seconds; an absolute time stands still.
  std::string step(const std::string& to) {
    const std::string fresh = file_ + ".new";
    std::ofstream(fresh) << to << '\n';
    std::filesystem::rename(fresh, file_);
    return to;
  }

 private:
  static std::vector<std::string> arguments() {
    return {"--listen", "127.0.0.1:0", "--event-time-to-live-seconds", "60", "--max-event-buffer-size",
            "20000"};
  }

  std::string file_;
  process server_;
  std::uint16_t port_;
};

bool no_faketime() {
#ifdef LONGPOLLD_SANITIZED
  WARN("left out: clocks that jump: libfaketime is not for sanitizers");
  return true;
#else
  if (std::filesystem::exists(library)) return false;
  WARN("left out: " << library << " is not here (package libfaketime)");
  return true;
#endif
}

std::int64_t stamp(const received& of) { return of.json().at("timestamp").as_int64(); }

received publish(client& by, const std::string& category) {
  return by.post("/publish", R"({"category":")" + category + R"(","data":1})").value();
}

}  // namespace

TEST_CASE("timestamps and ids never go back when the wall clock does, and since_time alone misses nothing",
          "[process]") {
  if (no_faketime()) return;
  shifted_server server;
  client one(server.port()), follows(server.port());
  std::int64_t last = 0, since = 0;
  std::string last_id;
  std::size_t sent = 0, seen = 0;
  for (const char* to : {"+0", "-0.001", "-30", "-3600", "+31536000", "-3600", "+0"}) {
    server.step(to);
    for (int i = 0; i < 50; ++i, ++sent) {
      const auto answer = publish(one, "a");
      CHECK(stamp(answer) > last);
      last = stamp(answer);
      const std::string id(answer.json().at("id").as_string());
      CHECK(id > last_id);
      last_id = id;
      const auto got = follows.get("/events?category=a&since_time=" + std::to_string(since))->json();
      for (const auto& event : got.at("events").as_array()) {
        ++seen;
        since = event.at("timestamp").as_int64();
      }
    }
  }
  CHECK(seen == sent);
}

TEST_CASE("a timeout takes its time whatever the wall clock does, and nothing expires early", "[process]") {
  if (no_faketime()) return;
  shifted_server server;
  client one(server.port()), waits(server.port());
  publish(one, "kept");
  waits.send(request_text("GET", "/events?category=b&timeout=2"));
  const auto begin = std::chrono::steady_clock::now();
  for (const char* to : {"+3600", "-3600", "+31536000"}) {
    server.step(to);
    CHECK(one.get("/healthz")->status == 200);
    CHECK_FALSE(waits.readable(std::chrono::milliseconds(300)));
  }
  const auto answer = waits.receive();
  REQUIRE(answer);
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(answer->json().as_object().contains("timeout"));
  CHECK((took > std::chrono::milliseconds(1'900) && took < std::chrono::milliseconds(3'000)));
  CHECK(one.get("/events?category=kept&since_time=0")->json().at("events").as_array().size() == 1);
}

TEST_CASE("a timeout's timestamp promises that nothing unseen carries it, over steps of the clock",
          "[process]") {
  if (no_faketime()) return;
  shifted_server server;
  client one(server.port()), waits(server.port());
  for (const char* to : {"+0", "-30", "+3600", "-3600"}) {
    server.step(to);
    waits.send(request_text("GET", "/events?category=a&timeout=1"));
    const auto promised = stamp(waits.receive().value());
    CHECK(stamp(publish(one, "a")) > promised);
  }
}

TEST_CASE("ten thousand events in one millisecond come all and in order", "[process]") {
  if (no_faketime()) return;
  shifted_server server;
  server.step("2030-01-01 00:00:00");  // stands still
  client one(server.port());
  std::string batch = "[";
  for (int i = 0; i < 1'000; ++i) batch += std::string(i ? "," : "") + R"({"category":"a","data":1})";
  for (int i = 0; i < 10; ++i) REQUIRE(one.post("/publish", batch + "]")->status == 200);
  std::string cursor, last;
  std::size_t seen = 0;
  while (seen < 10'000) {
    const auto answer = one.get("/events?category=a&timeout=1&since_time=0&cursor=" + cursor)->json();
    REQUIRE(answer.as_object().contains("events"));
    for (const auto& event : answer.at("events").as_array()) {
      const std::string id(event.at("id").as_string());
      REQUIRE(id > last);
      last = id;
      ++seen;
    }
    cursor = answer.at("cursor").as_string();
  }
  CHECK(seen == 10'000);
}

TEST_CASE("a server that was stopped for a while goes on where it was", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "2"});
  const auto port = server.port();
  client overdue(port), waits(port), one(port);
  overdue.send(request_text("GET", "/events?category=b&timeout=1"));
  // Whether it is parked before the stop or read only after it, the event is for it.
  waits.send(request_text("GET", "/events?category=a&timeout=100&since_time=0"));
  REQUIRE(one.get("/healthz"));
  server.signal(SIGSTOP);
  CHECK_FALSE(overdue.readable(std::chrono::seconds(3)));
  one.send(request_text("POST", "/publish", "", R"({"category":"a","data":1})"));
  server.signal(SIGCONT);
  CHECK(overdue.receive()->json().as_object().contains("timeout"));
  CHECK(one.receive()->status == 200);
  CHECK(waits.receive()->json().as_object().contains("events"));
}
