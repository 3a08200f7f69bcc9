#include "longpolld/thread/io/tcp_socket.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace longpolld;

namespace {

struct pair_of_sockets {
  std::array<int, 2> ends{-1, -1};

  pair_of_sockets() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0); }
};

}  // namespace

TEST_CASE("a socket reads what is there and says when there is nothing and when it has ended", "[thread]") {
  const pair_of_sockets made;
  tcp_socket near(made.ends[0]);
  {
    const tcp_socket far(made.ends[1]);
    std::array<char, 4> buffer{};
    CHECK(near.read(buffer).then == tcp_socket::state::blocked);
    CHECK(far.write("12345").then == tcp_socket::state::open);
    const auto full = near.read(buffer);
    CHECK(full.bytes == 4);
    CHECK(full.then == tcp_socket::state::open);  // there may be more
    const auto rest = near.read(buffer);
    CHECK(rest.bytes == 1);
    CHECK(rest.then == tcp_socket::state::blocked);
    CHECK(near.read(buffer).then == tcp_socket::state::blocked);
  }
  std::array<char, 4> buffer{};
  CHECK(near.read(buffer).then == tcp_socket::state::ended);
  CHECK(near.write("1").then == tcp_socket::state::ended);  // and no SIGPIPE
}

TEST_CASE("a full socket takes a part, in one piece or many", "[thread]") {
  const pair_of_sockets made;
  const tcp_socket near(made.ends[0]), far(made.ends[1]);
  const std::string much(4 << 20, 'x');
  const auto first = near.write(much);
  CHECK(first.then == tcp_socket::state::blocked);
  CHECK(first.bytes < much.size());
  const std::array<std::string_view, 2> parts{"a", "b"};
  CHECK(near.write(parts).bytes == 0);
  std::string seen(much.size(), ' ');
  std::size_t bytes = 0;
  for (auto read = far.read(seen); read.bytes > 0; read = far.read(seen)) bytes += read.bytes;
  CHECK(bytes == first.bytes);
  CHECK(near.write(parts).then == tcp_socket::state::open);
  CHECK(far.read(seen).bytes == 2);
  CHECK(seen.substr(0, 2) == "ab");
}

TEST_CASE("a socket is closed once, by whoever has it last", "[thread]") {
  const pair_of_sockets made;
  {
    tcp_socket first(made.ends[0]);
    tcp_socket second(std::move(first));
    CHECK(second.descriptor() == made.ends[0]);
    second.close();
    CHECK(second.descriptor() == -1);
  }
  CHECK(::close(made.ends[0]) != 0);
  ::close(made.ends[1]);
}
