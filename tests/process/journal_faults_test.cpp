#include "process/journal_server.hpp"
#include "support/notify_socket.hpp"

#include <cerrno>
#include <csignal>
#include <thread>

using namespace longpolld::test;

TEST_CASE("a disk that does not write costs publishers a 503, and readers nothing", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j"), at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  at->write_error = GENERATE(EIO, ENOSPC);
  for (int i = 0; i < 3; ++i) {
    const auto refused = publish(port);
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK_FALSE(refused->json().at("maybe_stored").as_bool());
    CHECK_FALSE(refused->field("Retry-After").empty());
  }
  CHECK(readiness(port) == 503);
  CHECK(all_of(port, "a").size() == 1);
  client health(port);
  CHECK(health.get("/healthz")->status == 200);
  at->write_error = 0;
  const auto id = publish(port);
  REQUIRE(id);
  CHECK(id->status == 200);
  CHECK(readiness(port) == 200);
  CHECK(server.says("the journal is written again"));
  CHECK(says_once(server, "the journal cannot be written"));
  server.signal(SIGKILL);
  REQUIRE(server.wait());
  process next(journal_flags(at / "j"));
  REQUIRE(is_ready(next.port()));
  const auto all = all_of(next.port(), "a");
  REQUIRE(all.size() == 2);
  CHECK(all[1].first == id->json().at("id").as_string());
}

TEST_CASE("when the disk could not be synced the process ends with 74, and says why", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j"), at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  at->sync_error = EIO;
  const auto none = publish(port);
  CHECK_FALSE(none);
  CHECK(server.wait().value_or(-1) == 74);
  CHECK(says_once(server, "could not be brought to the disk"));
  at->sync_error = 0;
  process next(journal_flags(at / "j"));
  REQUIRE(is_ready(next.port()));
  CHECK(all_of(next.port(), "a").size() >= 1);
}

TEST_CASE("with interval a sync that fails later ends the process too", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j", {"--journal-sync", "interval", "--journal-sync-interval-ms", "20"}),
                 at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  at->sync_error = EIO;
  try {
    static_cast<void>(publish(port));  // which may be answered before it is synced
  } catch (const std::exception&) {    // it has ended already, by the sync of the first
  }
  CHECK(server.wait().value_or(-1) == 74);
}

TEST_CASE("a sync that takes long is not noticed but by who publishes", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j", {"--threads", "1"}), at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  client waits(port);
  waits.send(request_text("GET", "/events?category=a&timeout=60"));
  at->sync_delay_ms = 5'000;
  const auto begun = std::chrono::steady_clock::now();
  client slow(port);
  slow.send(request_text("POST", "/publish", "", R"({"category":"a","data":2})"));
  CHECK(all_of(port, "a").size() == 1);
  client health(port);
  CHECK(health.get("/healthz")->status == 200);
  CHECK(readiness(port) == 200);
  CHECK_FALSE(slow.readable(std::chrono::milliseconds(0)));
  CHECK_FALSE(waits.readable(std::chrono::milliseconds(0)));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(4));
  const auto answer = slow.receive();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds(5));
  REQUIRE(waits.receive());
}

TEST_CASE("who has waited too long for the disk is told that it may be stored", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j", {"--store-timeout-seconds", "1"}), at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  at->sync_delay_ms = 2'500;
  const auto late = publish(port);
  REQUIRE(late);
  CHECK(late->status == 503);
  CHECK(late->json().at("maybe_stored").as_bool());
  CHECK(eventually([&] { return all_of(port, "a").size() == 2; }));
}

TEST_CASE("who is pushed out while the disk has its event is told that it may be stored", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j", {"--max-request-bytes-in-flight", "1MiB", "--threads", "1"}),
                 at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  at->sync_delay_ms = 2'500;
  client pushed(port), other(port);
  pushed.send(request_text("POST", "/publish", "", R"({"category":"a","data":2})") + "GET /he");
  CHECK_FALSE(pushed.readable(std::chrono::milliseconds(100)));
  std::vector<std::unique_ptr<client>> many;
  for (int i = 0; i < 12 && !pushed.readable(std::chrono::milliseconds(20)); ++i) {
    many.push_back(std::make_unique<client>(port));
    many.back()->send("POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" +
                      std::string(150'000, ' '));
  }
  const auto told = pushed.receive();
  REQUIRE(told);
  CHECK(told->status == 503);
  CHECK(told->json().at("error").as_string().find("max_request_bytes_in_flight") != std::string::npos);
  CHECK(told->json().at("maybe_stored").as_bool());
  CHECK(eventually([&] { return all_of(port, "a").size() == 2; }));
}

TEST_CASE("publishes beyond what may wait for the disk are refused at once", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j", {"--max-unstored-events", "2"}), at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  at->sync_delay_ms = 2'000;
  std::vector<std::unique_ptr<client>> waiting;
  for (int i = 0; i < 6; ++i) {
    waiting.push_back(std::make_unique<client>(port));
    waiting.back()->send(request_text("POST", "/publish", "", R"({"category":"a","data":2})"));
  }
  int stored = 0, refused = 0;
  for (auto& one : waiting) {
    const auto answer = one->receive();
    REQUIRE(answer);
    ++(answer->status == 200 ? stored : refused);
    if (answer->status == 200) continue;
    CHECK(answer->status == 503);
    CHECK(answer->body.find("max_unstored_events = 2") != std::string::npos);
  }
  CHECK(stored >= 2);
  CHECK(stored <= 4);  // two under way, if they were taken one by one, and two behind
  CHECK(refused >= 2);
}

/// A journal of which much is to be read.
static void leave_many_pages(const std::string& file) {
  process server(journal_flags(file));
  const auto port = server.port();
  for (int i = 0; i < 60; ++i) REQUIRE(publish(port, '"' + std::string(4'000, 'x') + '"')->status == 200);
  server.signal(SIGTERM);
  REQUIRE(server.wait());
}

TEST_CASE("who comes while the journal is read waits for a moment, and is served once it is", "[process]") {
  faulty_disk at;
  leave_many_pages(at / "j");
  at->read_delay_ms = 500;
  process server(journal_flags(at / "j"), at.environment());
  client early(server.port());
  early.send(request_text("GET", "/events?category=a&since_time=0"));
  CHECK_FALSE(early.readable(std::chrono::milliseconds(100)));
  at->read_delay_ms = 0;
  const auto served = early.receive();
  REQUIRE(served);
  CHECK(served->status == 200);
}

TEST_CASE("while the journal is read readyz is 503, polls are told and publishes wait", "[process]") {
  faulty_disk at;
  leave_many_pages(at / "j");
  at->read_delay_ms = 200;
  notify_socket manager;
  auto environment = at.environment();
  environment.push_back(manager.environment());
  process server(journal_flags(at / "j"), environment);
  const auto port = server.port();
  CHECK(readiness(port) == 503);
  client early(port);
  const auto told = early.get("/events?category=a&since_time=0");
  REQUIRE(told);
  CHECK(told->status == 503);
  CHECK(told->field("Retry-After") == "1");
  client publisher(port);
  publisher.send(request_text("POST", "/publish", "", R"({"category":"a","data":2})"));
  client health(port);
  CHECK(health.get("/healthz")->status == 200);
  CHECK(manager.next() == "EXTEND_TIMEOUT_USEC=60000000\nSTATUS=the journal is being read");
  at->read_delay_ms = 0;
  const auto answer = publisher.receive();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(readiness(port) == 200);
  CHECK(all_of(port, "a").size() == 61);
  CHECK(manager.next() == "READY=1");
  CHECK(manager.next() == "STATUS=serving");
}
