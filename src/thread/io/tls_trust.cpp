#include "longpolld/thread/io/tls_trust.hpp"

#include "longpolld/thread/io/tls_reason.hpp"

#include <boost/asio/ip/address.hpp>

#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace longpolld {
tls_trust::tls_trust() : native_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
  if (!native_) throw std::bad_alloc();
  auto* to = native_.get();
  SSL_CTX_set_min_proto_version(to, TLS1_2_VERSION);
  SSL_CTX_set_mode(to, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(to, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

tls_trust tls_trust::anyone() { return {}; }

tls_trust tls_trust::of(const std::string& ca_file) {
  tls_trust made;
  auto* to = made.native();
  SSL_CTX_set_verify(to, SSL_VERIFY_PEER, nullptr);
  ERR_clear_error();
  const bool is_read = (ca_file.empty() ? SSL_CTX_set_default_verify_paths(to)
                                        : SSL_CTX_load_verify_file(to, ca_file.c_str())) == 1;
  if (!is_read) throw std::runtime_error("cannot read \"" + ca_file + "\": " + tls_reason());
  return made;
}

ssl_ctx_st* tls_trust::share() const {
  SSL_CTX_up_ref(native());
  return native();
}

void expect_host(ssl_st& of, const std::string& host) {
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  if (!no_address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&of), host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(&of, const_cast<char*>(host.c_str()));
  SSL_set1_host(&of, host.c_str());
}

}  // namespace longpolld
