#include "support/tls_stream.hpp"

#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <set>
#include <stdexcept>

namespace longpolld::test {

std::string tls_reason() {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  std::string why = text ? text : "the connection has ended";
  ERR_clear_error();
  return why;
}

tls_stream::tls_stream(int descriptor, const settings& set, bool is_lazy)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
  static const auto before = std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's writes raise it
  static_cast<void>(before);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  if (set) set(*context_);
  native_.reset(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(native_.get(), descriptor);
  SSL_set_tlsext_host_name(native_.get(), "localhost");
  ERR_clear_error();
  if (!is_lazy && SSL_connect(native_.get()) != 1) throw std::runtime_error(tls_reason());
}

tls_stream::~tls_stream() = default;

long tls_stream::read(std::span<char> into) {
  ERR_clear_error();
  return SSL_read(native_.get(), into.data(), static_cast<int>(into.size()));
}

long tls_stream::write(std::string_view bytes) {
  ERR_clear_error();
  return SSL_write(native_.get(), bytes.data(), static_cast<int>(bytes.size()));
}

void tls_stream::end_sending() { SSL_shutdown(native_.get()); }

bool tls_stream::readable(std::chrono::milliseconds within) const {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + within;
  const int descriptor = SSL_get_fd(native_.get());
  const int flags = ::fcntl(descriptor, F_GETFL);
  for (;;) {
    ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
    char one = 0;
    ERR_clear_error();
    const int seen = SSL_peek(native_.get(), &one, 1);
    const bool is_there = seen > 0 || SSL_get_error(native_.get(), seen) != SSL_ERROR_WANT_READ;
    ::fcntl(descriptor, F_SETFL, flags);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now());
    if (is_there || left.count() <= 0) return is_there;
    pollfd look{descriptor, POLLIN, 0};
    ::poll(&look, 1, static_cast<int>(left.count()));
  }
}

namespace tls_ports {
namespace {
std::mutex mutex;
std::set<std::uint16_t> ports;
}  // namespace

void add(std::uint16_t port) {
  const std::lock_guard hold(mutex);
  ports.insert(port);
}

void remove(std::uint16_t port) {
  const std::lock_guard hold(mutex);
  ports.erase(port);
}

bool has(std::uint16_t port) {
  const std::lock_guard hold(mutex);
  return ports.contains(port);
}
}  // namespace tls_ports

}  // namespace longpolld::test
