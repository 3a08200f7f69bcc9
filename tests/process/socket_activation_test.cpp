#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace longpolld::test;

namespace {

/// A descriptor that is closed at the end.
class handed_over {
 public:
  explicit handed_over(int descriptor) : descriptor_(descriptor) {}
  ~handed_over() { ::close(descriptor_); }
  handed_over(const handed_over&) = delete;
  handed_over& operator=(const handed_over&) = delete;
  operator int() const { return descriptor_; }

 private:
  int descriptor_;
};

int open_socket(int domain, int type) { return ::socket(domain, type | SOCK_CLOEXEC, 0); }

/// What becomes of a server that is started with this descriptor as its first.
finished start_with(int descriptor, const std::vector<std::string>& environment = {}) {
  process server({"--listen", "127.0.0.1:0"}, environment, {descriptor});
  const auto code = server.wait(std::chrono::seconds(5));
  return {code.value_or(-1), server.output()};
}

void check_refused(const finished& done, const std::string& why) {
  CAPTURE(why, done.output);
  CHECK(done.code == 69);
  CHECK(holds(done, why));
}

}  // namespace

TEST_CASE("a socket handed over by the service manager is served instead of listen", "[process]") {
  for (const int domain : {AF_INET, AF_INET6}) {
    const handed_over listening(open_socket(domain, SOCK_STREAM));
    REQUIRE(::listen(listening, 16) == 0);  // the system chooses the port
    process server({"--listen", "127.0.0.1:1"}, {}, {listening});
    const auto port = server.port();
    REQUIRE(port != 0);
    client one(port);
    CHECK(one.get("/healthz")->status == 200);
    server.signal(SIGTERM);
    CHECK(server.wait().value_or(-1) == 0);
  }
}

TEST_CASE("a descriptor that cannot be served is refused, and the message says what it is", "[process]") {
  const std::string needed = "; what is served is a TCP socket that listens";
  check_refused(
      start_with(handed_over(open_socket(AF_INET, SOCK_STREAM))),
      "descriptor 3, handed over by the service manager, is a TCP socket that does not listen" + needed);
  check_refused(start_with(handed_over(open_socket(AF_INET6, SOCK_DGRAM))), "is a datagram socket" + needed);
  check_refused(start_with(handed_over(open_socket(AF_UNIX, SOCK_DGRAM))), "is a unix socket" + needed);
  check_refused(start_with(handed_over(::open("/dev/null", O_RDONLY | O_CLOEXEC))),
                "is not a socket" + needed);

  const handed_over listening(open_socket(AF_INET, SOCK_STREAM));
  REQUIRE(::listen(listening, 16) == 0);
  sockaddr_in at{};
  socklen_t length = sizeof at;
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &length);
  const handed_over connected(open_socket(AF_INET, SOCK_STREAM));
  REQUIRE(::connect(connected, reinterpret_cast<sockaddr*>(&at), length) == 0);
  check_refused(start_with(connected), "is a connected socket (Accept=yes?)" + needed);

  const handed_over local(open_socket(AF_UNIX, SOCK_STREAM));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  REQUIRE(::bind(local, reinterpret_cast<sockaddr*>(&name), sizeof name.sun_family) == 0);
  REQUIRE(::listen(local, 16) == 0);
  check_refused(start_with(local), "is a unix socket" + needed);
}

TEST_CASE("a LISTEN_FDS that is no number or too large is refused, not ignored", "[process]") {
  const handed_over listening(open_socket(AF_INET, SOCK_STREAM));
  REQUIRE(::listen(listening, 16) == 0);
  check_refused(start_with(listening, {"LISTEN_FDS=2"}), "descriptor 4");
  check_refused(start_with(listening, {"LISTEN_FDS=65"}),
                "LISTEN_FDS is \"65\"; allowed is a whole number from 0 to 64");
  check_refused(start_with(listening, {"LISTEN_FDS=\x1b"}), "LISTEN_FDS is \"\\u001b\"");
}

TEST_CASE("a socket's name is the option whose addresses it replaces", "[process]") {
  const handed_over plain(open_socket(AF_INET, SOCK_STREAM)), secure(open_socket(AF_INET, SOCK_STREAM));
  REQUIRE(::listen(plain, 16) == 0);
  REQUIRE(::listen(secure, 16) == 0);
  const auto& own = common_certificate();
  const std::vector<std::string> flags = {"--listen",  "127.0.0.1:1", "--tls-certificate", own.certificate,
                                          "--tls-key", own.key,       "--tls-listen",      "127.0.0.1:2"};
  process server(flags, {"LISTEN_FDNAMES=tls_listen:longpolld.socket"}, {secure, plain});
  const auto port = server.port(), tls_port = server.port(1);
  REQUIRE(tls_port != 0);
  CHECK(client(port).get("/healthz")->status == 200);
  tls_ports::add(tls_port);
  CHECK(client(tls_port).get("/healthz")->status == 200);
  tls_ports::remove(tls_port);

  process refused({"--listen", "127.0.0.1:1"}, {"LISTEN_FDNAMES=tls_listen"}, {secure});
  CHECK(refused.wait().value_or(-1) == 69);
  CHECK(refused.output().find("a socket is handed over for tls_listen, which is not set") !=
        std::string::npos);
  for (const char* name : {"tls-listen", "http", "listen "}) {
    process misspelt(flags, {std::string("LISTEN_FDNAMES=") + name}, {secure});
    CHECK(misspelt.wait().value_or(-1) == 69);
    CHECK(misspelt.output().find("a socket is handed over as \"" + std::string(name) +
                                 "\", which is no option") != std::string::npos);
  }
}

TEST_CASE("descriptors of another process are not taken", "[process]") {
  process server({"--listen", "127.0.0.1:0"}, {"LISTEN_FDS=65", "LISTEN_PID=1"});
  CHECK(server.port() != 0);
}
