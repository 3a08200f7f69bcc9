#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/test_server.hpp"

#include <array>
#include <sys/socket.h>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr std::size_t mib = 1U << 20U;

std::string target_of(const std::string& category) { return "/events?since_time=0&category=" + category; }

std::string text_of(std::size_t bytes) { return '"' + std::string(bytes, 'x') + '"'; }

/// A client that has the system keep little for it.
struct small_client : client {
  explicit small_client(std::uint16_t port) : client(port) {
    const int bytes = 65'536;
    ::setsockopt(descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
};

/// What comes of `bytes` when no more than so many, at most 40 KB, are read in 50 ms: 800 KB/s.
std::size_t read_slowly(client& from, std::size_t bytes, std::size_t at_once = 40'000) {
  std::array<char, 40'000> buffer;
  std::size_t sum = 0;
  while (sum < bytes) {
    const auto count = from.read(std::span(buffer).first(std::min(at_once, bytes - sum)));
    if (count <= 0) break;
    sum += static_cast<std::size_t>(count);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // what is tested is a speed
  }
  return sum;
}

config large_replies() {
  auto of = test_config();
  of.threads = 1;
  of.max_event_bytes = 1 << 19;
  of.max_reply_bytes = 4 << 20;
  return of;
}

/// Publishes a reply of about 0.9 MB to each of so many categories c0, c1, …
void fill(std::uint16_t port, int categories) {
  client publisher(port);
  for (int i = 0; i < categories; ++i) {
    for (int n = 0; n < 2; ++n) {
      REQUIRE_FALSE(publisher.publish("c" + std::to_string(i), text_of(450'000)).empty());
    }
  }
}

}  // namespace

TEST_CASE("a reader that keeps up min_reply_bytes_per_second gets all of its reply, however long it takes",
          "[http]") {
  auto of = large_replies();
  of.write_timeout_seconds = 1;
  of.min_reply_bytes_per_second = 50'000;
  test_server server(of);
  client publisher(server.port());
  for (int i = 0; i < 7; ++i) publisher.publish("a", text_of(450'000));
  small_client slow(server.port());
  slow.send(request_text("GET", target_of("a")));
  CHECK(read_slowly(slow, 3'150'000) == 3'150'000);
  CHECK(server->shared().count(&config::write_timeout_seconds) == 0);
}

TEST_CASE("what a reader took at once earns it no more than write_timeout_seconds of standing still",
          "[http]") {
  auto of = large_replies();
  of.write_timeout_seconds = 1;
  of.min_reply_bytes_per_second = 1;
  test_server server(of);
  client publisher(server.port());
  for (int i = 0; i < 8; ++i) publisher.publish("a", text_of(450'000));
  publisher.close();
  small_client slow(server.port());
  slow.send(request_text("GET", target_of("a")));
  REQUIRE(read_slowly(slow, 400'000) == 400'000);
  CHECK(server->open_connections() == 1);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(eventually([&] { return server->open_connections() == 0; }));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
  CHECK(server->shared().count(&config::write_timeout_seconds) == 1);
}

// In clear only: over TLS the system may take a record late from a reader that stands still, as if it read.
TEST_CASE(
    "beyond max_reply_bytes_in_flight the reader goes that has stood still the longest, and loses nothing",
    "[http][plain]") {
  auto of = large_replies();
  of.max_reply_bytes_in_flight = 4 << 20;
  of.write_timeout_seconds = 60;
  test_server server(of);
  fill(server.port(), 6);
  const auto held = [&] { return server->shared().replies.bytes.now(); };
  std::vector<std::unique_ptr<small_client>> readers;
  for (int i = 0; i < 6; ++i) {
    const auto before = held();
    readers.push_back(std::make_unique<small_client>(server.port()));
    readers.back()->send(request_text("GET", target_of("c" + std::to_string(i))));
    if (i < 4) REQUIRE(eventually([&] { return held() > before; }));
    if (i == 3) {  // the first has moved since, so the second is the one
      REQUIRE(read_slowly(*readers[0], 400'000) == 400'000);
    }
    if (i >= 4) {
      REQUIRE(eventually([&] {
        return server->shared().count(&config::max_reply_bytes_in_flight) ==
               static_cast<std::uint64_t>(i - 3);
      }));
    }
    CHECK(held() <= 4 << 20);
  }
  for (const int i : {1, 2}) CHECK_FALSE(readers[static_cast<std::size_t>(i)]->receive());
  for (const int i : {3, 4, 5}) CHECK(readers[static_cast<std::size_t>(i)]->receive());
  CHECK(readers[0]->receive_all(std::chrono::milliseconds(300)).size() > 400'000);
  client again(server.port());
  CHECK(again.get(target_of("c1"))->json().at("events").as_array().size() == 2);
  readers.clear();
  CHECK(eventually([&] { return held() == 0; }));
}

TEST_CASE("a reply that many wait for counts once, and its readers stay", "[http][plain]") {
  auto of = large_replies();
  of.max_reply_bytes_in_flight = 4 << 20;
  of.write_timeout_seconds = 60;
  test_server server(of);
  std::vector<std::unique_ptr<small_client>> readers;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(std::make_unique<small_client>(server.port()));
    readers.back()->send(request_text("GET", "/events?category=a&timeout=100"));
  }
  REQUIRE(server.parks(20));
  client publisher(server.port());
  REQUIRE_FALSE(publisher.publish("a", text_of(500'000)).empty());
  CHECK(server.parks(0));
  CHECK(eventually([&] { return server->shared().replies.bytes.now() > 500'000; }));
  CHECK(server->shared().replies.bytes.now() < 600'000);
  CHECK(server->open_connections() == 21);
  CHECK(server->shared().count(&config::max_reply_bytes_in_flight) == 0);
  for (auto& one : readers) CHECK(one->receive());
  CHECK(eventually([&] { return server->shared().replies.bytes.now() == 0; }));
}

TEST_CASE("of replies with many readers, all readers of the oldest one are cut off", "[http][plain]") {
  auto of = large_replies();
  of.max_reply_bytes_in_flight = 4 << 20;
  of.write_timeout_seconds = 60;
  test_server server(of);
  std::vector<std::unique_ptr<small_client>> readers;
  client publisher(server.port());
  const auto park = [&](const std::string& category) {
    for (int i = 0; i < 3; ++i) {
      readers.push_back(std::make_unique<small_client>(server.port()));
      readers.back()->send(request_text("GET", "/events?timeout=100&category=" + category));
    }
    CHECK(server.parks(3));
  };
  const auto wait_for = [&](const std::string& category) {
    park(category);
    const auto before = server->shared().replies.bytes.now();
    REQUIRE_FALSE(publisher.publish(category, text_of(500'000)).empty());
    REQUIRE(eventually([&] { return server->shared().replies.bytes.now() > before; }));
  };
  for (int i = 0; i < 8; ++i) wait_for("c" + std::to_string(i));
  REQUIRE(read_slowly(*readers[1], 200'000, 10'000) == 200'000);  // far longer than settles_within
  std::thread reads_on([one = readers[1].get()] { read_slowly(*one, 290'000, 6'000); });  // for seconds
  park("last");
  CHECK_FALSE(publisher.publish("last", text_of(500'000)).empty());
  CHECK(eventually([&] { return server->open_connections() == 25; }));
  reads_on.join();
  // The first reply was read on by one, so it is the second that stood still.
  for (std::size_t i = 0; i < readers.size(); ++i) {
    if (i != 1) CHECK(readers[i]->receive().has_value() == (i < 3 || i >= 6));
  }
}

TEST_CASE("what all threads hold for readers stays below max_reply_bytes_in_flight and a quarter", "[http]") {
  auto of = large_replies();
  of.threads = GENERATE(2, 8);
  of.max_reply_bytes_in_flight = 8 << 20;
  test_server server(of);
  fill(server.port(), 10);
  std::vector<std::unique_ptr<small_client>> readers;
  for (int i = 0; i < 60; ++i) {
    readers.push_back(std::make_unique<small_client>(server.port()));
    readers.back()->send(request_text("GET", target_of("c" + std::to_string(i % 10))));
  }
  CHECK(eventually([&] { return server->shared().replies.bytes.now() > 5 << 20; }));
  CHECK(eventually([&] { return server->shared().replies.bytes.now() <= 8 << 20; }));
  // A quarter more, and the one reply that each thread is about to let go.
  CHECK(server->shared().replies.bytes.take_peak() <= (10 << 20) + of.threads * 910'000);
  readers.clear();
  CHECK(eventually([&] { return server->shared().replies.bytes.now() == 0; }));
}

TEST_CASE("replies that differ count the events they share once, and their readers stay", "[http][plain]") {
  auto of = large_replies();
  of.threads = GENERATE(1, 2);
  of.max_reply_bytes_in_flight = 4 << 20;
  of.write_timeout_seconds = 60;
  test_server server(of);
  fill(server.port(), 1);
  const auto held = [&] { return server->shared().replies.bytes.now(); };
  std::vector<std::unique_ptr<small_client>> readers;
  for (int i = 0; i < 40; ++i) {
    const auto before = held();
    readers.push_back(std::make_unique<small_client>(server.port()));
    readers.back()->send(request_text("GET", target_of("c0&category=own" + std::to_string(i))));
    REQUIRE(eventually([&] { return held() > before; }));
    REQUIRE(held() < 1'200'000);
  }
  CHECK(server->shared().count(&config::max_reply_bytes_in_flight) == 0);
  for (auto& one : readers) CHECK(one->receive()->body.size() > 900'000);
  CHECK(eventually([&] { return held() == 0; }));
}

TEST_CASE("a slow reader that reads on outlasts however many that never read", "[http]") {
  auto of = large_replies();
  of.max_reply_bytes = 16 << 20;
  of.max_reply_bytes_in_flight = 16 << 20;
  of.write_timeout_seconds = 60;
  test_server server(of);
  fill(server.port(), 30);
  client publisher(server.port());
  for (int i = 0; i < 20; ++i) REQUIRE_FALSE(publisher.publish("a", text_of(450'000)).empty());
  small_client slow(server.port());
  slow.send(request_text("GET", target_of("a")));
  REQUIRE(read_slowly(slow, 2'400'000) == 2'400'000);
  std::vector<std::unique_ptr<small_client>> others;
  for (int i = 0; i < 30; ++i) {
    others.push_back(std::make_unique<small_client>(server.port()));
    others.back()->send(request_text("GET", target_of("c" + std::to_string(i))));
  }
  CHECK(eventually([&] { return server->shared().count(&config::max_reply_bytes_in_flight) > 10; }));
  const auto rest = slow.receive_all(std::chrono::milliseconds(500));
  CHECK(2'400'000 + rest.size() > 9'000'000);
}

TEST_CASE("a new reader of a reply does not count as progress of those that stand still on it", "[http]") {
  auto of = large_replies();
  of.max_reply_bytes = 1 << 20;
  of.max_reply_bytes_in_flight = 2 << 20;
  of.write_timeout_seconds = 60;
  test_server server(of);
  fill(server.port(), 3);
  const auto held = [&] { return server->shared().replies.bytes.now(); };
  const auto reads = [&](const std::string& category) {
    const auto before = held();
    auto one = std::make_unique<small_client>(server.port());
    one->send(request_text("GET", target_of(category)));
    REQUIRE(eventually([&] { return held() != before; }));
    return one;
  };
  const auto moves = reads("c1");
  const auto stands = reads("c0");
  REQUIRE(read_slowly(*moves, 400'000) == 400'000);
  const auto before = held();
  const auto stands_too = reads("c0");
  REQUIRE(held() - before < 100'000);  // the same reply
  small_client last(server.port());
  last.send(request_text("GET", target_of("c2")));
  REQUIRE(eventually([&] { return server->shared().count(&config::max_reply_bytes_in_flight) > 0; }));
  CHECK_FALSE(stands->receive());
  CHECK_FALSE(stands_too->receive());
  CHECK(moves->receive_all(std::chrono::milliseconds(300)).size() > 400'000);
  CHECK(last.receive());
}

#ifndef LONGPOLLD_SANITIZED
TEST_CASE("readers that do not read cost no more memory than the options say, and it comes back", "[http]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "2", "--max-buffer-bytes", "33554432",
                  "--max-reply-bytes-in-flight", "33554432", "--write-timeout-seconds", "60",
                  "--max-requests-per-connection", "0"});
  const auto port = server.port();
  client publisher(port);
  REQUIRE(publisher.get("/healthz"));
  const auto at_rest = server.resident_bytes();
  std::vector<std::unique_ptr<small_client>> readers;
  std::size_t most = 0;
  for (int i = 0; i < 300; ++i) {
    const auto category = "c" + std::to_string(i);
    for (int n = 0; n < 16; ++n) REQUIRE_FALSE(publisher.publish(category, text_of(60'000)).empty());
    readers.push_back(std::make_unique<small_client>(port));
    readers.back()->send(request_text("GET", target_of(category)));
    REQUIRE(readers.back()->readable(std::chrono::seconds(10)));
    most = std::max(most, server.resident_bytes());
  }
  CHECK(most - at_rest < 110 * mib);
  readers.clear();
  CHECK(eventually([&] { return server.resident_bytes() - at_rest < 48 * mib; }));
}
#endif
