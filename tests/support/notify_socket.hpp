#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace longpolld::test {

/// Where a service manager hears of a service: an abstract socket, named in NOTIFY_SOCKET.
class notify_socket {
 public:
  notify_socket() : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path_.copy(name.sun_path + 1, path_.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path_.size());
    if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&name), length) != 0) throw std::runtime_error(path_);
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~notify_socket() { ::close(descriptor_); }
  notify_socket(const notify_socket&) = delete;
  notify_socket& operator=(const notify_socket&) = delete;

  [[nodiscard]] std::string environment() const { return "NOTIFY_SOCKET=@" + path_; }
  /// The next message; empty when none comes within ten seconds.
  std::string next() {
    char text[256];
    const auto count = ::recv(descriptor_, text, sizeof text, 0);
    return {text, count > 0 ? static_cast<std::size_t>(count) : 0};
  }

 private:
  const std::string path_ = "longpolld_test_" + std::to_string(::getpid());
  int descriptor_;
};

}  // namespace longpolld::test
