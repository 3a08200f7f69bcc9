#include "longpolld/thread/io/tls_session.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/tls_stream.hpp"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <optional>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace longpolld;
using namespace longpolld::test;

namespace {

using state = tcp_socket::state;

tls_context::loaded common_context() {
  config of;
  of.tls_certificate = common_certificate().certificate;
  of.tls_key = common_certificate().key;
  return tls_context::load(of);
}

/// A server's socket, and its client's end of TLS once they have shaken hands.
class pair final : watcher {
 public:
  pair() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_) == 0);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    near.emplace(ends_[0]);
    near->secure(**common_context(), line_, *this);
  }
  ~pair() {
    far.reset();
    ::close(ends_[1]);
  }

  void shake_hands() {
    std::thread peer([&] {
      far.emplace(ends_[1]);
      far->write("greeted");
    });
    std::array<char, 7> seen{};
    for (std::size_t bytes = 0; bytes < seen.size();) {
      bytes += near->read(std::span(seen).subspan(bytes)).bytes;
      line_.go_on();
      std::this_thread::yield();
    }
    peer.join();
    CHECK(std::string_view(seen.data(), seen.size()) == "greeted");
  }
  /// Bytes that have come to the client's end of TCP.
  [[nodiscard]] int raw_bytes() const {
    int bytes = 0;
    ::ioctl(ends_[1], FIONREAD, &bytes);
    return bytes;
  }
  [[nodiscard]] int raw_far() const { return ends_[1]; }

  void go_on() { line_.go_on(); }

  tcp_socket::moved stepped;  // what came of the last step of the handshake
  std::optional<tcp_socket> near;
  std::optional<tls_stream> far;

 private:
  void ready(ready_for) override {
    stepped = near->read({});  // a step of the handshake, and none of what comes behind it
  }

  int ends_[2]{};
  tls_handshakes line_{[] {}};
};

}  // namespace

TEST_CASE("a handshake waits for its turn, and nothing is read or written before it", "[thread][tls]") {
  pair made;
  char byte = 0;
  CHECK(made.near->read({&byte, 1}).then == state::blocked);
  CHECK(made.near->write("early").then == state::ended);
  CHECK(made.raw_bytes() == 0);
  made.shake_hands();
  CHECK(made.near->write("late").then == state::open);
}

TEST_CASE("what TLS holds back is read on, and blocked means that nothing is left", "[thread][tls]") {
  pair made;
  made.shake_hands();
  std::string sent(10'000, 'x');
  made.far->write(sent);
  std::array<char, 4'000> buffer{};
  std::size_t bytes = 0;
  auto read = made.near->read(buffer);
  for (; read.then == state::open; read = made.near->read(buffer)) bytes += read.bytes;
  CHECK(read.then == state::blocked);
  CHECK(bytes + read.bytes == sent.size());
  CHECK(made.near->read(buffer).then == state::blocked);
}

TEST_CASE("records of a byte take a read only so far", "[thread][tls]") {
  pair made;
  made.shake_hands();
  for (int i = 0; i < 200; ++i) made.far->write("x");
  std::array<char, 4'000> buffer{};
  const auto first = made.near->read(buffer);
  CHECK(first.bytes < 200);
  CHECK(first.then == state::open);
  std::size_t bytes = first.bytes;
  for (auto read = made.near->read(buffer); read.bytes > 0; read = made.near->read(buffer))
    bytes += read.bytes;
  CHECK(bytes == 200);
}

TEST_CASE("an end is told of after what came before it", "[thread][tls]") {
  pair made;
  made.shake_hands();
  made.far->write("last");
  std::array<char, 100> buffer{};
  SECTION("by TLS") { made.far->end_sending(); }
  SECTION("by TCP alone") { ::shutdown(made.raw_far(), SHUT_WR); }
  SECTION("by rubbish") { REQUIRE(::send(made.raw_far(), "rubbish rubbish", 15, MSG_NOSIGNAL) == 15); }
  auto read = made.near->read(buffer);
  CHECK(read.bytes == 4);
  if (read.then == state::blocked) read = made.near->read(buffer);  // as who was told of the end does
  CHECK(made.near->read(buffer).then == state::ended);
  CHECK(made.near->read(buffer).then == state::ended);
}

TEST_CASE("an end in the middle of a record, or of the handshake, is found at once", "[thread][tls]") {
  pair made;
  constexpr std::string_view hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03", 10);
  constexpr std::string_view half("\x17\x03\x03\x00\x64half a record", 18);
  const bool is_established = GENERATE(false, true);
  if (is_established) made.shake_hands();
  const auto begun = is_established ? half : hello;
  REQUIRE(::send(made.raw_far(), begun.data(), begun.size(), MSG_NOSIGNAL) ==
          static_cast<long>(begun.size()));
  ::shutdown(made.raw_far(), SHUT_WR);
  std::array<char, 100> buffer{};
  auto read = made.near->read(buffer);
  if (!is_established) {
    CHECK(read.then == state::blocked);
    made.go_on();
    read = made.stepped;
  }
  CHECK(read.then == state::ended);
}

TEST_CASE("many small parts make few records", "[thread][tls]") {
  pair made;
  made.shake_hands();
  const int before = made.raw_bytes();
  const std::vector<std::string_view> parts(tcp_socket::parts_max, "0123456789");
  const auto wrote = made.near->write(parts);
  CHECK(wrote.then == state::open);
  CHECK(wrote.bytes == 2'570);
  CHECK(made.raw_bytes() - before < 2'570 + 50);  // one record
  std::array<char, 4'000> buffer{};
  CHECK(made.far->read(buffer) == 2'570);
}

TEST_CASE("what a full socket has not taken is written when there is room, from wherever it lies by then",
          "[thread][tls]") {
  pair made;
  made.shake_hands();
  std::string much;
  for (int i = 0; much.size() < (4U << 20U); ++i) much += std::to_string(i) + ' ';
  const auto first = made.near->write(much);
  CHECK(first.then == state::blocked);
  CHECK(first.bytes < much.size());
  std::string seen;
  std::thread reader([&] {
    std::array<char, 10'000> buffer{};
    while (seen.size() < much.size()) {
      const auto count = made.far->read(buffer);
      if (count <= 0) break;
      seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
  });
  for (auto done = first.bytes; done < much.size();) {
    const auto copy = much.substr(done);  // in two parts this time
    const std::array<std::string_view, 3> parts{
        std::string_view(copy).substr(0, 100), "",
        std::string_view(copy).substr(std::min<std::size_t>(100, copy.size()))};
    const auto wrote = made.near->write(parts);
    REQUIRE(wrote.then != state::ended);
    done += wrote.bytes;
    std::this_thread::yield();
  }
  reader.join();
  CHECK(seen == much);
}

TEST_CASE("the end of sending is said by TLS and by TCP, and data still comes", "[thread][tls]") {
  pair made;
  made.shake_hands();
  CHECK(made.near->end_sending());
  std::array<char, 100> buffer{};
  CHECK(made.far->read(buffer) == 0);
  CHECK((SSL_get_shutdown(made.far->native()) & SSL_RECEIVED_SHUTDOWN) != 0);
  CHECK(made.far->write("more") == 4);
  CHECK(made.near->read(buffer).bytes == 4);
}

TEST_CASE("a socket that speaks TLS moves, and says goodbye when it is closed", "[thread][tls]") {
  pair made;
  made.shake_hands();
  const int descriptor = made.near->descriptor();
  {
    const tcp_socket moved(std::move(*made.near));
    CHECK(moved.descriptor() == descriptor);
    CHECK(moved.write("still").then == state::open);
  }
  std::array<char, 100> buffer{};
  CHECK(made.far->read(buffer) == 5);
  CHECK(made.far->read(buffer) == 0);
  CHECK((SSL_get_shutdown(made.far->native()) & SSL_RECEIVED_SHUTDOWN) != 0);
}
