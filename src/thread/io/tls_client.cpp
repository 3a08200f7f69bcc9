#include "longpolld/thread/io/tls_client.hpp"

#include "longpolld/thread/io/uninterrupted.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

namespace longpolld {
namespace {

using state = tcp_socket::state;

}  // namespace

void tls_client::freeing::operator()(ssl_st* of) const { SSL_free(of); }

tls_client::tls_client(const tls_trust& trust, const std::string& host, int descriptor)
    : native_(SSL_new(trust.native())), descriptor_(descriptor) {
  if (!native_) throw std::bad_alloc();
  set_transport(*native_, *this);
  SSL_set_connect_state(native_.get());
  expect_host(*native_, host);
}

tls_client::~tls_client() {
  if (is_broken_ || !SSL_is_init_finished(native_.get())) return;
  ERR_clear_error();
  SSL_shutdown(native_.get());
  ERR_clear_error();
}

long tls_client::receive(char* into, std::size_t bytes) {
  if (receivable_ == 0) {
    errno = EMSGSIZE;
    return -1;
  }
  const auto count =
      uninterrupted([&] { return ::recv(descriptor_, into, std::min(bytes, receivable_), 0); });
  if (count > 0) receivable_ -= static_cast<std::size_t>(count);
  return count;
}

long tls_client::send(const char* bytes, std::size_t count) {
  return uninterrupted([&] { return ::send(descriptor_, bytes, count, MSG_NOSIGNAL); });
}

/// What a call that failed means. Precondition: OpenSSL's errors were cleared before that call.
state tls_client::failed(int result) {
  const int why = SSL_get_error(native_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return state::blocked;
  if (const auto found = SSL_get_verify_result(native_.get()); found != X509_V_OK) {
    fault_ = std::string("its certificate is not good: ") + X509_verify_cert_error_string(found);
  } else if (const char* text = ERR_reason_error_string(ERR_peek_error())) {
    fault_ = std::string("TLS: ") + text;
  }
  ERR_clear_error();
  is_broken_ = why != SSL_ERROR_ZERO_RETURN;
  return state::ended;
}

state tls_client::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(native_.get());
  return result == 1 ? state::open : failed(result);
}

tcp_socket::moved tls_client::read(std::span<char> into) {
  if (is_broken_) return {0, state::ended};
  std::size_t count = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(native_.get(), into.data(), into.size(), &count);
  return {count, result == 1 ? state::open : failed(result)};
}

tcp_socket::moved tls_client::write(std::string_view bytes) {
  if (is_broken_) return {0, state::ended};
  std::size_t count = 0;
  ERR_clear_error();
  const int result = SSL_write_ex(native_.get(), bytes.data(), bytes.size(), &count);
  if (result != 1) return {count, failed(result)};
  return {count, state::open};
}

}  // namespace longpolld
