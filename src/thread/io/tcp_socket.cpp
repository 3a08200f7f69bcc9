#include "longpolld/thread/io/tcp_socket.hpp"

#include "longpolld/thread/io/tls_session.hpp"
#include "longpolld/thread/io/uninterrupted.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace longpolld {
namespace {

tcp_socket::moved wrote(ssize_t count, std::size_t offered) {
  using state = tcp_socket::state;
  if (count < 0) return {0, errno == EAGAIN ? state::blocked : state::ended};
  const auto bytes = static_cast<std::size_t>(count);
  return {bytes, bytes < offered ? state::blocked : state::open};
}

}  // namespace

tcp_socket::tcp_socket(tcp_socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

void tcp_socket::secure(const tls_context& context, tls_handshakes& line, watcher& by) {
  tls_sessions::add(number_, std::make_unique<tls_session>(context, number_, line, by));
  number_ = -2 - number_;
}

ready_for tcp_socket::secure_means(ready_for what) const {
  return tls_sessions::at(descriptor()).means(what);
}

tcp_socket::moved tcp_socket::read(std::span<char> into) const {
  if (is_secure()) return tls_sessions::at(descriptor()).read(into);
  const auto count = uninterrupted([&] { return ::recv(number_, into.data(), into.size(), 0); });
  if (count > 0) {
    const auto bytes = static_cast<std::size_t>(count);
    return {bytes, bytes < into.size() ? state::blocked : state::open};
  }
  return {0, count < 0 && errno == EAGAIN ? state::blocked : state::ended};
}

tcp_socket::moved tcp_socket::write(std::string_view bytes) const {
  if (is_secure()) return tls_sessions::at(descriptor()).write({&bytes, 1});
  const auto call = [&] { return ::send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL); };
  return wrote(uninterrupted(call), bytes.size());
}

tcp_socket::moved tcp_socket::write(std::span<const std::string_view> parts) const {
  if (is_secure()) return tls_sessions::at(descriptor()).write(parts);
  std::array<iovec, parts_max> pieces;
  std::size_t offered = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // sendmsg() does not write there; its type is older than const.
    pieces[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
    offered += parts[i].size();
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = parts.size();
  return wrote(uninterrupted([&] { return ::sendmsg(number_, &message, MSG_NOSIGNAL); }), offered);
}

std::size_t tcp_socket::unacknowledged() const {
  int bytes = 0;
  return ::ioctl(descriptor(), SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

bool tcp_socket::is_reset() const {
  tcp_info now{};
  socklen_t size = sizeof now;
  return ::getsockopt(descriptor(), IPPROTO_TCP, TCP_INFO, &now, &size) != 0 || now.tcpi_state == TCP_CLOSE;
}

bool tcp_socket::end_sending() const {
  if (is_secure()) tls_sessions::at(descriptor()).end_sending();
  return ::shutdown(descriptor(), SHUT_WR) == 0;
}

void tcp_socket::reset_on_close() const {
  const linger now{1, 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void tcp_socket::close() {
  if (number_ == -1) return;
  const int had = descriptor();
  if (is_secure()) tls_sessions::remove(had);
  number_ = -1;
  ::close(had);
}

}  // namespace longpolld
