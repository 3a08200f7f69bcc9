#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace longpolld::test {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  return at;
}

int listen_on_loopback(std::uint16_t& port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto at = loopback(0);
  socklen_t size = sizeof at;
  ::bind(made, reinterpret_cast<const sockaddr*>(&at), size);
  ::listen(made, 128);
  ::getsockname(made, reinterpret_cast<sockaddr*>(&at), &size);
  port = ntohs(at.sin_port);
  return made;
}

std::uint16_t free_port() {
  std::uint16_t port = 0;
  ::close(listen_on_loopback(port));
  return port;
}

bool is_readable(int descriptor, int milliseconds) {
  pollfd look{descriptor, POLLIN, 0};
  return ::poll(&look, 1, milliseconds) > 0;
}

}  // namespace longpolld::test
