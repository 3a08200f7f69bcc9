#include "support/canned_server.hpp"

#include "support/loopback.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace longpolld::test {
namespace {

constexpr int look_ms = 10;

}  // namespace

canned_server::canned_server(std::string reply)
    : reply_(std::move(reply)), listening_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { serve(); });
}

canned_server::~canned_server() {
  is_over_ = true;
  thread_.join();
  ::close(listening_);
}

void canned_server::serve() {
  while (!is_over_) {
    if (!is_readable(listening_, look_ms)) continue;
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
    if (!is_readable(connection, look_ms)) continue;
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
