#include "longpolld/http/listener.hpp"

#include "longpolld/words/log.hpp"

#include <boost/asio/bind_allocator.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace longpolld {
namespace {

constexpr int backlog = 4096;
constexpr std::size_t accepts_per_turn = 64;
constexpr std::chrono::milliseconds pause_least{10};
constexpr std::chrono::milliseconds pause_most{1000};
constexpr int send_buffer_bytes = 64 * 1024;  // what a reader that does not read can cost of kernel memory
constexpr int keepalive_idle_seconds = 30;    // silent death is found within a minute
constexpr int keepalive_interval_seconds = 10;
constexpr int keepalive_probes = 3;
constexpr config::number user_timeout_seconds = 20;  // at least; for a network that went away

void set(int descriptor, int level, int name, int value) {
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

boost::asio::ip::address address_of(const sockaddr_storage& name) {
  namespace ip = boost::asio::ip;
  if (name.ss_family != AF_INET6) {
    sockaddr_in of{};
    std::memcpy(&of, &name, sizeof of);
    return ip::address_v4(ntohl(of.sin_addr.s_addr));
  }
  sockaddr_in6 of{};
  std::memcpy(&of, &name, sizeof of);
  ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &of.sin6_addr, bytes.size());
  return ip::address_v6(bytes);
}

/// An integer option of a socket; nothing when it is none.
std::optional<int> option_of(int descriptor, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  if (::getsockopt(descriptor, SOL_SOCKET, name, &value, &length) != 0) return std::nullopt;
  return value;
}

/// What a descriptor is instead of a TCP socket that listens, or null.
const char* oddity(int descriptor) {
  const auto domain = option_of(descriptor, SO_DOMAIN);
  const auto type = option_of(descriptor, SO_TYPE);
  if (!domain || !type) return "not a socket";
  if (*domain == AF_UNIX) return "a unix socket";
  if (*domain != AF_INET && *domain != AF_INET6) return "a socket of neither IPv4 nor IPv6";
  if (*type == SOCK_DGRAM) return "a datagram socket";
  if (*type != SOCK_STREAM) return "not a stream socket";
  if (option_of(descriptor, SO_ACCEPTCONN).value_or(0) != 0) return nullptr;
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  const bool is_connected = ::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &length) == 0;
  return is_connected ? "a connected socket (Accept=yes?)" : "a TCP socket that does not listen";
}

/// Whether a socket's local address is a loopback address, IPv4 or mapped into IPv6.
bool is_over_loopback(int descriptor) {
  namespace ip = boost::asio::ip;
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  // Not known is taken for loopback, where less is allowed.
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &length) != 0) return true;
  const auto address = address_of(name);
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

/// Has the system drop what begins a connection (a SYN without ACK), so that none is made just to be reset.
/// Where that is not allowed, a connection may be.
void drop_new_connections(int descriptor) {
  constexpr std::uint32_t flags_at = 13, syn = 0x02, ack = 0x10, whole = 0xffff'ffff;
  sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags_at),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, syn | ack),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, whole),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(steps)), steps};
  ::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

listener::listener(all_connections& shards, shared_limits& shared, listen_role role, bool speaks_tls)
    : shards_(shards),
      shared_(shared),
      role_(role),
      speaks_tls_(speaks_tls),
      acceptor_(shards.front()->home().core().context()) {}

listener::~listener() {
  if (reserve_ >= 0) ::close(reserve_);
}

void listener::open(const boost::asio::ip::tcp::endpoint& at) {
  acceptor_.open(at.protocol());
  acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
  // Every address is IPv4's too, whatever the system's default.
  if (at.address().is_v6() && at.address().is_unspecified())
    set(acceptor_.native_handle(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  acceptor_.bind(at);
  acceptor_.listen(backlog);
  prepare();
}

std::optional<std::string> listener::fault(int descriptor) {
  const char* odd = oddity(descriptor);
  if (!odd) return std::nullopt;
  return "descriptor " + std::to_string(descriptor) + ", handed over by the service manager, is " + odd +
         "; what is served is a TCP socket that listens";
}

void listener::adopt(int descriptor) {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &length);
  using boost::asio::ip::tcp;
  is_adopted_ = true;
  acceptor_.assign(name.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor);
  prepare();
}

/// Options that accepted sockets inherit, so that accepting costs no further calls.
void listener::prepare() {
  acceptor_.non_blocking(true);
  const int descriptor = acceptor_.native_handle();
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set(descriptor, SOL_SOCKET, SO_SNDBUF, send_buffer_bytes);
  set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_seconds);
  set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_seconds);
  set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes);
  // It ends readers that stand still as well: those are write_timeout_seconds' affair, which counts them.
  const auto least = shards_.front()->home().limits().write_timeout_seconds + 5;
  set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT,
      static_cast<int>(std::max(user_timeout_seconds, least) * 1000));
  reserve_ = open_reserve();
  if (!address().address().is_unspecified()) over_loopback_ = is_over_loopback(descriptor);
}

void listener::start() { wait(); }

void listener::stop() {
  if (!is_adopted_ && acceptor_.is_open()) {
    drop_new_connections(acceptor_.native_handle());
    for (int i = 0; i < backlog && accept_one(); ++i) {
    }
  }
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  timed::disarm();
}

void listener::wait() {
  if (!acceptor_.is_open()) return;
  acceptor_.async_wait(
      acceptor::wait_read,
      boost::asio::bind_allocator(memory_.get(), [this](const boost::system::error_code& failed) {
        if (!failed) accept_some();
      }));
}

void listener::accept_some() {
  for (std::size_t count = 0; count < accepts_per_turn; ++count) {
    if (!acceptor_.is_open()) return;
    if (accept_one()) continue;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return back_off(errno);
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
  }
  wait();
}

bool listener::accept_one() {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  const int descriptor = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&name), &length,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return false;
  tcp_socket socket(descriptor);
  next_pause_ = pause_least;
  const auto address = address_of(name);
  const arrival how{.peer = key_of(address),
                    .role = role_,
                    .from_proxy = shared_.proxies.trusts(address),
                    .over_loopback = over_loopback_ ? *over_loopback_ : is_over_loopback(descriptor),
                    .over_tls = speaks_tls_};
  bool is_counted = false;
  try {
    if (const auto refused = shared_.connect(how)) {
      shared_.reached(refused->limit);
      turn_away(socket, *refused);
      return true;
    }
    is_counted = true;
    auto& home = *shards_[next_shard_++ % shards_.size()];
    home.accept(std::move(socket), how);
  } catch (const std::exception&) {
    if (is_counted) shared_.disconnect(how);
    errno = ENOMEM;
    return false;
  }
  return true;
}

/// Says why, as far as the socket takes it at once and there is memory to say it. Over TLS it would take a
/// handshake to say anything.
void listener::turn_away(const tcp_socket& socket, const error& why) noexcept try {
  if (speaks_tls_) return;
  const auto with = reply::failure(why);
  std::string bytes;
  append_head_begin(bytes, with, http_date(read_clocks().wall / 1000));
  // Nothing was read, so nothing is known of the Origin: only what holds for all of them can be said.
  const auto& origins = shards_.front()->home().origins();
  append_head_end(bytes, with, {.close = true}, role_ == listen_role::admin ? "" : origins.fields_for_all());
  bytes += with.text;
  static_cast<void>(socket.write(bytes));
  static_cast<void>(socket.end_sending());
} catch (const std::exception&) {
}

void listener::turn_away(const tcp_socket& socket) noexcept try {
  turn_away(socket,
            beyond(503, "too many connections:", &config::max_connections, shards_.front()->home().limits()));
} catch (const std::exception&) {
}

void listener::back_off(int why) {
  // Without the reserve the queue would keep its clients waiting for an answer that cannot come.
  if (reserve_ >= 0) {
    ::close(reserve_);
    const int descriptor =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) turn_away(tcp_socket(descriptor));
  }
  reserve_ = open_reserve();
  const auto now = read_clocks().steady;
  if (now - logged_ >= std::chrono::seconds(1)) {
    logged_ = now;
    log::warn("cannot accept connections", {{"why", std::strerror(why)}, {"pause_ms", next_pause_.count()}});
  }
  const auto pause = std::exchange(next_pause_, std::min(next_pause_ * 2, pause_most));
  shards_.front()->home().core().arm(*this, now + pause);
}

void listener::expired() { accept_some(); }

}  // namespace longpolld
