#include "support/canned_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace longpolld::test {
namespace {

constexpr int look_ms = 10;

bool is_readable(int descriptor) {
  pollfd look{descriptor, POLLIN, 0};
  return ::poll(&look, 1, look_ms) > 0;
}

}  // namespace

canned_server::canned_server(std::string reply)
    : reply_(std::move(reply)), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  ::bind(listening_, reinterpret_cast<sockaddr*>(&at), length);
  ::listen(listening_, 16);
  ::getsockname(listening_, reinterpret_cast<sockaddr*>(&at), &length);
  port_ = ntohs(at.sin_port);
  thread_ = std::thread([this] { serve(); });
}

canned_server::~canned_server() {
  is_over_ = true;
  thread_.join();
  ::close(listening_);
}

void canned_server::serve() {
  while (!is_over_) {
    if (!is_readable(listening_)) continue;
    const int connection = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    answer(connection);
    ::close(connection);
  }
}

void canned_server::answer(int connection) {
  std::string came;
  bool is_answered = false;
  char bytes[65536];
  while (!is_over_) {
    if (!is_readable(connection)) continue;
    const auto count = ::recv(connection, bytes, sizeof bytes, 0);
    if (count <= 0) return;
    came.append(bytes, static_cast<std::size_t>(count));
    if (is_answered || came.find("\r\n\r\n") == std::string::npos) continue;
    {
      const std::lock_guard hold(mutex_);
      last_request_ = came;
    }
    ++requests_;
    is_answered = true;
    if (reply_.empty()) continue;
    static_cast<void>(::send(connection, reply_.data(), reply_.size(), MSG_NOSIGNAL));
    ::shutdown(connection, SHUT_WR);
  }
}

std::string canned(int status, const std::string& body, const std::string& fields) {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + fields + "\r\n" + body;
}

}  // namespace longpolld::test
