#include "longpolld/thread/io/tcp_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/sockios.h>
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

/// Whoever waits for an edge must not take a signal for one.
template <class Call>
ssize_t uninterrupted(Call call) {
  ssize_t count = 0;
  do count = call();
  while (count < 0 && errno == EINTR);
  return count;
}

}  // namespace

tcp_socket::tcp_socket(tcp_socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

tcp_socket::moved tcp_socket::read(std::span<char> into) const {
  const auto count = uninterrupted([&] { return ::recv(descriptor_, into.data(), into.size(), 0); });
  if (count > 0) return {static_cast<std::size_t>(count), state::open};
  return {0, count < 0 && errno == EAGAIN ? state::blocked : state::ended};
}

tcp_socket::moved tcp_socket::write(std::string_view bytes) const {
  const auto call = [&] { return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL); };
  return wrote(uninterrupted(call), bytes.size());
}

tcp_socket::moved tcp_socket::write(std::span<const std::string_view> parts) const {
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
  return wrote(uninterrupted([&] { return ::sendmsg(descriptor_, &message, MSG_NOSIGNAL); }), offered);
}

std::size_t tcp_socket::unacknowledged() const {
  int bytes = 0;
  return ::ioctl(descriptor_, SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

bool tcp_socket::end_sending() const { return ::shutdown(descriptor_, SHUT_WR) == 0; }

void tcp_socket::reset_on_close() const {
  const linger now{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void tcp_socket::close() {
  if (const int had = std::exchange(descriptor_, -1); had >= 0) ::close(had);
}

}  // namespace longpolld
