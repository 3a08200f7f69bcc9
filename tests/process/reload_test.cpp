#include "support/access.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sys/resource.h>
#include <thread>

using namespace longpolld::test;

namespace {

const std::string event = R"({"category":"a","data":1})";

/// A server with a file of its own.
class reloadable {
 public:
  explicit reloadable(const std::string& text, const std::vector<std::string>& more = {})
      : file_(common_authority().write("")), server_(arguments(text, more)) {
    REQUIRE(server_.port() != 0);  // from then on it listens to signals, too
  }

  void write(const std::string& text) { std::ofstream(file_) << text; }
  /// Has it read this; returns whether it has said so again.
  bool reload(const std::string& text, const std::string& said = "info reloaded") {
    write(text);
    const auto before = count(said);
    server_.signal(SIGHUP);
    return eventually([&] { return count(said) > before; });
  }
  std::size_t count(const std::string& what) {
    const auto text = server_.output();
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }
  [[nodiscard]] const std::string& file() const { return file_; }
  process& server() { return server_; }
  std::uint16_t port(std::size_t index = 0) { return server_.port(index); }

 private:
  std::vector<std::string> arguments(const std::string& text, const std::vector<std::string>& more) {
    write(text);
    std::vector<std::string> all{"--config",     file_,  "--listen",  "127.0.0.1:0",
                                 "--log-format", "text", "--threads", "2"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::string file_;
  process server_;
};

int publish(std::uint16_t port, const std::string& fields = "") {
  return client(port).post("/publish", event, fields)->status;
}

const std::string open_tables = "[anyone]\nsubscribe = [\"*\"]\npublish = [\"*\"]\n";

}  // namespace

TEST_CASE("SIGHUP has new keys count and old ones not", "[process]") {
  reloadable one("");
  CHECK(publish(one.port()) == 200);
  REQUIRE(one.reload(backend_table()));
  CHECK(one.server().says("keys=1 issuers=0"));
  CHECK(eventually([&] { return publish(one.port()) == 401; }));
  CHECK(publish(one.port(), bearer(backend_secret)) == 200);
  REQUIRE(one.reload("[anyone]\n"));
  CHECK(eventually([&] { return publish(one.port(), bearer(backend_secret)) == 401; }));
}

TEST_CASE("a file with a fault changes nothing, and each fault is said with its place", "[process]") {
  reloadable one(backend_table());
  REQUIRE(one.reload("[anyone]\npublish = [\"*\"]\nthings = 1\n[[key]]\nname = \"x\"\n", "not reloaded"));
  CHECK(one.server().says(one.file() + ":3:1: anyone.things: is not known here"));
  CHECK(one.server().says(one.file() + ":4:1: key[1]: must have secret_sha256 or secret_file"));
  CHECK(publish(one.port()) == 401);
  CHECK(publish(one.port(), bearer(backend_secret)) == 200);
  REQUIRE(one.reload("[[[", "not reloaded"));
  std::remove(one.file().c_str());
  one.server().signal(SIGHUP);
  CHECK(one.server().says("No such file or directory"));
  CHECK(publish(one.port(), bearer(backend_secret)) == 200);
  REQUIRE(one.reload(open_tables));
  CHECK(eventually([&] { return publish(one.port()) == 200; }));
}

TEST_CASE("an option that cannot be reloaded is named each time, and what can be is", "[process]") {
  reloadable one("max_categories = 10\nmax_body_bytes = 100000\n");
  const std::string changed = "max_categories = 20\nmax_body_bytes = 65536\nmax_event_bytes = 10\n";
  for (int i = 1; i <= 2; ++i) {
    REQUIRE(one.reload(changed));
    CHECK(one.count("option=max_categories running=10 written=20") == static_cast<std::size_t>(i));
  }
  CHECK(one.count("changed=max_event_bytes,max_body_bytes") +
            one.count("changed=max_body_bytes,max_event_bytes") ==
        1);
  CHECK(eventually([&] {
    return client(one.port()).post("/publish", R"({"category":"a","data":"12345678901"})")->status == 413;
  }));
}

TEST_CASE("values that do not go with those that stay until a restart change nothing", "[process]") {
  reloadable one("max_request_bytes_in_flight = 100000\nmax_body_bytes = 100000\nmax_event_bytes = 1000\n");
  REQUIRE(
      one.reload("max_request_bytes_in_flight = 200000\nmax_body_bytes = 200000\nmax_event_bytes = 1000\n",
                 "not reloaded"));
  CHECK(one.server().says("max_body_bytes: 200000 is above max_request_bytes_in_flight = 100000"));
}

#ifndef LONGPOLLD_SANITIZED  // they have their memory beforehand
TEST_CASE("a reload for which there is no memory changes nothing, and signals are obeyed after it",
          "[process]") {
  reloadable one(backend_table(), {"--drain-delay-seconds", "0"});
  const auto limit_to = [&](rlim_t bytes) {
    const rlimit limit{bytes, RLIM_INFINITY};
    REQUIRE(::prlimit(one.server().id(), RLIMIT_AS, &limit, nullptr) == 0);
  };
  limit_to(4096);
  REQUIRE(one.reload(open_tables, "not reloaded"));
  limit_to(RLIM_INFINITY);
  CHECK(publish(one.port()) == 401);
  REQUIRE(one.reload(open_tables));
  CHECK(eventually([&] { return publish(one.port()) == 200; }));
  limit_to(4096);
  one.server().signal(SIGTERM);
  REQUIRE(one.server().says("stopping"));
  limit_to(RLIM_INFINITY);
  CHECK(one.server().wait().value_or(-1) == 0);
}
#endif

TEST_CASE("a poll that may stay parked no longer ends within a second, others stay", "[process]") {
  const auto tables = open_tables + "[[key]]\nname = \"reader\"\nsecret_file = \"";
  const auto secret = common_authority().write("the-secret-of-a-reader");
  reloadable one("[[key]]\nname = \"reader\"\nsecret_file = \"" + secret + "\"\nsubscribe = [\"a\"]\n" +
                 backend_table());
  client reader(one.port()), backend(one.port());
  reader.send(request_text("GET", "/events?category=a&timeout=100", bearer("the-secret-of-a-reader")));
  backend.send(request_text("GET", "/events?category=a&timeout=100", bearer(backend_secret)));
  one.server().signal(SIGUSR1);
  CHECK(eventually([&] {
    one.server().signal(SIGUSR1);
    return one.server().output().find("parked_polls=2") != std::string::npos;
  }));
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(one.reload(backend_table()));
  const auto ended = reader.receive();
  REQUIRE(ended);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(2));
  CHECK(ended->json().at("timeout").as_string() == "no events before timeout");
  CHECK_FALSE(backend.readable(std::chrono::milliseconds(300)));
  CHECK(publish(one.port(), bearer(backend_secret)) == 200);
  CHECK(backend.receive()->json().at("events").is_array());
}

TEST_CASE("the reply to a poll that was parked before has the fields of its own origin", "[process]") {
  reloadable one("cors_allow_origins = [\"https://a.example\", \"https://b.example\"]\n");
  const auto park = [](client& by, const std::string& origin) {
    by.send(request_text("GET", "/events?category=a&timeout=100", "Origin: " + origin + "\r\n"));
  };
  client a(one.port()), b(one.port());
  park(a, "https://a.example");
  park(b, "https://b.example");
  CHECK(eventually([&] {
    one.server().signal(SIGUSR1);
    return one.server().output().find("parked_polls=2") != std::string::npos;
  }));
  REQUIRE(one.reload("cors_allow_origins = [\"https://b.example\"]\n"));
  CHECK(eventually([&] {
    return client(one.port())
        .get("/healthz", "Origin: https://a.example\r\n")
        ->field("Access-Control-Allow-Origin")
        .empty();
  }));
  CHECK(publish(one.port()) == 200);
  CHECK(a.receive()->field("Access-Control-Allow-Origin").empty());
  CHECK(b.receive()->field("Access-Control-Allow-Origin") == "https://b.example");
}

TEST_CASE("the log's level follows", "[process]") {
  reloadable one("log_level = \"info\"\n");
  REQUIRE(one.reload("log_level = \"debug\"\n"));
  publish(one.port());
  CHECK(one.server().says("debug request"));
}

TEST_CASE("new connections get the certificate that is there, and a bad one keeps the old", "[process]") {
  const auto old_one = common_authority().issue(), new_one = common_authority().issue();
  const auto lines = [](const authority::files& of) {
    return "tls_listen = [\"127.0.0.1:0\"]\ntls_certificate = \"" + of.certificate + "\"\ntls_key = \"" +
           of.key + "\"\n";
  };
  reloadable one(lines(old_one));
  REQUIRE(one.server().says("speaks=https"));
  REQUIRE(one.reload(lines({new_one.certificate, old_one.key}), "not reloaded"));
  REQUIRE(one.reload(lines(new_one)));
  CHECK(one.server().says("changed=tls_certificate,tls_key"));
}

TEST_CASE("a thousand reloads under load fail no request and leave no descriptor open", "[process]") {
  reloadable one(open_tables + backend_table());
  const auto port = one.port();
  std::atomic<bool> ends{false};
  std::atomic<int> done{0}, failed{0};
  std::vector<std::thread> publishers;
  for (int i = 0; i < 2; ++i) {
    publishers.emplace_back([&] {
      while (!ends) {
        client by(port);
        for (int request = 0; request < 50; ++request) {
          const auto answer = by.post("/publish", event, bearer(backend_secret));
          ++(answer && answer->status == 200 ? done : failed);
        }
      }
    });
  }
  client follower(port);
  REQUIRE(follower.get("/events?category=a&since_time=0"));
  const auto descriptors = [&] { return one.server().descriptors(); };
  const auto before = descriptors();
  constexpr std::size_t times = 1000;
  for (std::size_t sent = 0; sent < times; ++sent) {
    const auto seen = one.count("info reloaded");
    one.server().signal(SIGHUP);
    REQUIRE(eventually([&] { return one.count("info reloaded") > seen; }));
  }
  ends = true;
  for (auto& publisher : publishers) publisher.join();
  CHECK(failed == 0);
  CHECK(done > 0);
  CHECK(eventually([&] { return descriptors() <= before; }));
}
