#include "history/mixed_run.hpp"
#include "process/journal_server.hpp"
#include "support/by_hand.hpp"
#include "support/certificates.hpp"
#include "support/loopback.hpp"
#include "support/subscriber.hpp"

#include <csignal>
#include <mutex>
#include <sys/socket.h>
#include <thread>

using namespace longpolld::test;

// The server is exchanged behind sockets that the service manager keeps, as `systemctl restart` does.

namespace {

/// Polls that wait while the server is exchanged: more by hand, as LONGPOLLD_UPGRADE_POLLS says.
std::size_t idle_polls() { return static_cast<std::size_t>(by_hand("LONGPOLLD_UPGRADE_POLLS", 300)); }

/// A socket that listens, one for clear and one for TLS, whichever server serves it.
class manager {
 public:
  manager() : plain_(listen_on_loopback(port)), tls_(listen_on_loopback(tls_port)) {
    for (const int one : {plain_, tls_}) ::listen(one, 4096);
    tls_ports::add(tls_port);
    const auto& own = common_certificate();
    flags_ = journal_flags(at_ / "j", {"--tls-listen", "127.0.0.1:1", "--tls-certificate", own.certificate,
                                       "--tls-key", own.key, "--drain-timeout-seconds", "10"});
    start();
  }
  ~manager() {
    tls_ports::remove(tls_port);
    for (const int one : {plain_, tls_}) ::close(one);
  }
  manager(const manager&) = delete;
  manager& operator=(const manager&) = delete;

  /// The exit code of the one that goes.
  int restart() {
    server_->signal(SIGTERM);
    const auto code = server_->wait().value_or(-1);
    start();
    return code;
  }

  std::uint16_t port = 0, tls_port = 0;

 private:
  void start() {
    auto environment = at_.environment();
    environment.emplace_back("LISTEN_FDNAMES=longpolld.socket:tls_listen");
    server_ = std::make_unique<process>(flags_, environment, std::vector{plain_, tls_});
  }

  faulty_disk at_;
  const int plain_, tls_;
  std::vector<std::string> flags_;
  std::unique_ptr<process> server_;
};

std::string idle_request() { return request_text("GET", "/events?timeout=100&category=idle"); }

/// The answer to such a poll, which gets an event if it waits by now.
std::optional<received> answer_of_idle(const manager& at, client& poll) {
  static int number = 0;
  CHECK(eventually([&] {
    if (poll.readable(std::chrono::milliseconds(20))) return true;
    static_cast<void>(publish_for_sure(at.port, 0, number++, "idle"));
    return false;
  }));
  return poll.receive();
}

/// Polls that wait, each on a connection of its own.
std::vector<std::unique_ptr<client>> parked(const manager& at, std::size_t count) {
  std::vector<std::unique_ptr<client>> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back(std::make_unique<client>(i % 4 == 0 ? at.tls_port : at.port));
    made.back()->send(idle_request());
  }
  return made;
}

/// Connects all the time, and asks at once.
struct knocker {
  int asked = 0, refused = 0, unanswered = 0;

  void run(const manager& at, const std::atomic<bool>& is_over) {
    while (!is_over) {
      std::unique_ptr<client> one;
      try {
        one = std::make_unique<client>(asked++ % 4 == 0 ? at.tls_port : at.port);
      } catch (const std::exception&) {
        ++refused;
        continue;
      }
      const auto answer = one->get("/healthz");
      if (!answer || answer->status != 200) ++unanswered;
    }
  }
};

}  // namespace

TEST_CASE("nothing is lost, doubled, reordered, refused or told as a gap while the server is exchanged",
          "[history][plain]") {
  manager at;
  REQUIRE(is_ready(at.port));
  trace seen;
  std::mutex guard;
  std::atomic<bool> is_over{false}, published_all{false};
  std::vector<std::unique_ptr<subscriber>> readers;
  for (const auto port : {at.port, at.tls_port}) {
    for (const auto style :
         {cursor_style::cursor, cursor_style::since_and_last_id, cursor_style::since_only}) {
      readers.push_back(
          std::make_unique<subscriber>(port, "farm", style, false, static_cast<unsigned>(readers.size())));
    }
  }
  std::vector<std::thread> reading, publishing;
  for (auto& reader : readers) {
    reading.emplace_back([&, one = reader.get()] { one->run(published_all); });
  }
  for (int p = 0; p < 4; ++p) {
    publishing.emplace_back([&, p] {
      for (int number = 0; !is_over; ++number) {
        auto one = publish_for_sure(p == 0 ? at.tls_port : at.port, p, number, "farm");
        {
          const std::lock_guard lock(guard);
          seen.add(std::move(one));
        }
        // By since_time alone a category can be followed up to 1,000 events a second.
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  }
  knocker knocks;
  std::thread knocking([&] { knocks.run(at, is_over); });

  for (int i = 0; i < 4; ++i) {
    const auto waiting = parked(at, idle_polls());
    CHECK(at.restart() == 0);
    REQUIRE(is_ready(at.port));
    int ended_well = 0;
    for (const auto& one : waiting) {
      auto answer = answer_of_idle(at, *one);
      // Who came while the next one still read its journal was told so, and asks again.
      if (answer && answer->status == 503) {
        CHECK(answer->body.find("is being read") != std::string::npos);
        CHECK_FALSE(answer->field("Retry-After").empty());
        CHECK(answer->field("Connection").empty());
        one->send(idle_request());
        answer = answer_of_idle(at, *one);
      }
      if (answer && answer->status == 200) ++ended_well;
    }
    CHECK(ended_well == static_cast<int>(waiting.size()));
  }
  is_over = true;
  knocking.join();
  for (auto& one : publishing) one.join();
  published_all = true;
  for (auto& one : reading) one.join();
  for (const auto& one : readers) seen.add(one->name(), one->category(), one->replies());
  check_clean(seen);
  CHECK(seen.gaps() == 0);
  CHECK(knocks.asked > 0);
  CHECK(knocks.refused == 0);
  CHECK(knocks.unanswered == 0);
}
