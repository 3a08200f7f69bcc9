#pragma once

#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace bench {

/// One connection of the load: a subscriber or a publisher.
struct peer {
  int descriptor = -1;
  std::size_t category = 0;
  std::string place;   // in its category, as its dialect says it
  long last = 0;       // number seen, or published
  double sent_at = 0;  // seconds
  std::string unread;

  void connect(int port) {
    descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<unsigned short>(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
      throw std::runtime_error("connect");
  }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(descriptor, -1));
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) throw std::runtime_error("send");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  /// Reads what is there; a whole reply once there is one, else nothing. Valid until the next call.
  std::string_view receive() {
    static char buffer[1 << 18];
    static std::string whole;
    const auto count = ::recv(descriptor, buffer, sizeof buffer, 0);
    if (count <= 0) throw std::runtime_error("connection ended");
    unread.append(buffer, static_cast<std::size_t>(count));
    const auto head = unread.find("\r\n\r\n");
    const auto length = unread.find("Content-Length: ");
    if (head == std::string::npos) return {};
    const auto bytes = length < head ? static_cast<std::size_t>(std::atol(unread.c_str() + length + 16)) : 0;
    if (unread.size() < head + 4 + bytes) return {};
    if (!unread.starts_with("HTTP/1.1 20")) throw std::runtime_error(unread);
    whole = std::exchange(unread, {});
    return whole;
  }
};

}  // namespace bench
