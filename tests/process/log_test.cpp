#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace longpolld::test;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> arguments = {
    "--listen", "127.0.0.1:0", "--threads", "2", "--log-level", "debug", "--max-requests-per-connection",
    "0"};

/// Each is a line of about 300 bytes in a log of level debug.
std::string long_request() { return request_text("GET", "/healthz?" + std::string(256, 'x')); }

/// How many of these requests were answered, sent in batches over one connection.
std::size_t ask(std::uint16_t port, std::size_t requests) {
  constexpr std::size_t batch = 10;
  client one(port);
  std::string many;
  for (std::size_t i = 0; i < batch; ++i) many += long_request();
  std::size_t answered = 0;
  while (answered < requests && one.send(many)) {
    for (std::size_t i = 0; i < batch; ++i, ++answered) {
      const auto answer = one.receive();
      if (!answer || answer->status != 200) return answered;
    }
  }
  return answered;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t times = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++times;
  return times;
}

std::size_t dropped(const std::string& text) {
  const std::string what = "warning log lines were dropped lines=";
  std::size_t sum = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    sum += std::stoul(text.substr(at + what.size()));
  }
  return sum;
}

/// A port where nobody listens now.
std::string free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  ::bind(socket, reinterpret_cast<sockaddr*>(&at), length);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &length);
  ::close(socket);
  return std::to_string(ntohs(at.sin_port));
}

}  // namespace

TEST_CASE("a standard output that nobody reads stops neither serving nor the end", "[process]") {
  process server(arguments);
  const auto port = server.port();
  REQUIRE(ask(port, 1'000) == 1'000);  // some 300 KB, a pipe holds 64 KiB
  CHECK(ask(port, 10) == 10);          // on the other thread
  server.signal(SIGTERM);
  CHECK(server.wait_unread(5s).value_or(-1) == 0);
}

TEST_CASE("log lines beyond the queue are counted, and the count is said once there is room", "[process]") {
  process server(arguments);
  const auto port = server.port();
  constexpr std::size_t requests = 12'000;  // some 3.6 MB
  REQUIRE(ask(port, requests) == requests);
  REQUIRE(server.says("log lines were dropped"));
  const auto lines = [&] { return count(server.output(), " debug request client="); };
  CHECK(dropped(server.output()) > 0);
  CHECK(lines() > 3'000);
  CHECK(lines() + dropped(server.output()) == requests);
  CHECK(ask(port, 10) == 10);
  CHECK(eventually([&] { return lines() + dropped(server.output()) == requests + 10; }));
  CHECK(count(server.output(), "\n") == count(server.output(), "Z "));  // each line begins with its time
}

TEST_CASE("lines logged before the end reach a reader that comes back to them", "[process]") {
  process server(arguments);
  const auto port = server.port();
  REQUIRE(ask(port, 1'000) == 1'000);
  server.signal(SIGTERM);
  CHECK(server.wait().value_or(-1) == 0);
  CHECK(count(server.output(), " debug request client=") == 1'000);
  CHECK(server.output().ends_with(" info stopped\n"));
}

TEST_CASE("a closed standard output costs no time once it has failed", "[process]") {
  process server(arguments);
  const auto port = server.port();
  server.close_output();
  REQUIRE(ask(port, 100) == 100);
  const auto before = server.cpu();
  CHECK_FALSE(server.wait_unread(1s));
  CHECK((server.cpu() - before) < 200ms);
  server.signal(SIGTERM);
  CHECK(server.wait_unread(5s).value_or(-1) == 0);
}

TEST_CASE("started without its three standard descriptors, it uses their numbers for nothing else",
          "[process]") {
  const auto done = shell("at=127.0.0.1:" + free_port() + R"(
    $LONGPOLLD --listen $at <&- >&- 2>&- & pid=$!
    until $LONGPOLLD --health --listen $at 2>/dev/null; do kill -0 $pid || exit; done
    readlink /proc/$pid/fd/0 /proc/$pid/fd/1 /proc/$pid/fd/2
    kill $pid; wait $pid; echo "exit code $?")");
  CHECK(done.output == "/dev/null\n/dev/null\n/dev/null\nexit code 0\n");
  CHECK(shell("$LONGPOLLD publish --url http://127.0.0.1:1 a 1 >&- 2>&-; echo $?").output == "69\n");
}
