#pragma once

#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <ctime>
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
  double arrived = 0;  // seconds of the wall clock; only after stamp()
  std::string unread;

  /// From the `source`-th address of this machine: each has some 28,000 ports.
  void connect(int port, unsigned source = 0) {
    descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source);
    ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (source > 0 && ::bind(descriptor, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
      throw std::runtime_error("bind");
    at.sin_port = htons(static_cast<unsigned short>(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
      throw std::runtime_error("connect");
  }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(descriptor, -1));
  }
  /// From now on `arrived` says when the system had what receive() read, however late that reads it.
  void stamp() const {
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
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
    alignas(cmsghdr) char control[64];
    iovec into{buffer, sizeof buffer};
    msghdr message{};
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const auto count = ::recvmsg(descriptor, &message, 0);
    if (count <= 0) throw std::runtime_error("connection ended");
    if (const auto* stamped = CMSG_FIRSTHDR(&message)) {
      timespec at{};
      std::memcpy(&at, CMSG_DATA(stamped), sizeof at);
      arrived = static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
    }
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
