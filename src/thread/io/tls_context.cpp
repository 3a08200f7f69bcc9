#include "longpolld/thread/io/tls_context.hpp"

#include "longpolld/thread/io/text_file.hpp"
#include "longpolld/thread/io/tls_reason.hpp"

#include <array>
#include <new>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

namespace longpolld {
namespace {

constexpr int security_level = 2;  // Debian's: 112 bits, so RSA from 2048
// TLS 1.2: ephemeral keys and authenticated encryption. Those of TLS 1.3 are all so.
constexpr const char* ciphers_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::array<unsigned char, 9> resumes_here{'l', 'o', 'n', 'g', 'p', 'o', 'l', 'l', 'd'};

template <auto Free>
struct freed {
  template <class T>
  void operator()(T* of) const {
    Free(of);
  }
};
using bio_ptr = std::unique_ptr<BIO, freed<BIO_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY_free>>;

[[noreturn]] void refuse(std::string_view option, const std::string& file, const std::string& why) {
  throw tls_context::fault{option, '"' + file + "\": " + why};
}

/// What they hold; where it is no regular file OpenSSL might wait for whoever writes a pipe.
std::string text_of(std::string_view option, const std::string& file) {
  auto text = read_text_file(file);
  if (!text) refuse(option, file, text.error().text);
  return std::move(*text);
}

/// Speaks HTTP/1.1 with clients that offer it among others, or that offer nothing.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned offered_length, void*) {
  unsigned char* found = nullptr;
  const int is =
      SSL_select_next_proto(&found, length, http_1_1.data(), http_1_1.size(), offered, offered_length);
  *chosen = found;
  return is == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Else OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

void tls_context::freeing::operator()(ssl_ctx_st* of) const { SSL_CTX_free(of); }

tls_context::tls_context() : native_(SSL_CTX_new(TLS_server_method())) {
  if (!native_) throw std::bad_alloc();
}

tls_context::loaded tls_context::load(const config& from) try {
  ERR_clear_error();
  const std::shared_ptr<tls_context> made(new tls_context);
  made->set_rules();
  made->read_certificate(from.tls_certificate);
  made->read_key(from.tls_key, from.tls_certificate);
  if (!from.tls_client_ca.empty()) made->read_client_ca(from.tls_client_ca);
  return std::shared_ptr<const tls_context>(made);
} catch (const fault& found) {
  return found;
}

void tls_context::set_rules() {
  auto* to = native_.get();
  SSL_CTX_set_min_proto_version(to, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(to, TLS1_3_VERSION);
  SSL_CTX_set_security_level(to, security_level);
  SSL_CTX_set_cipher_list(to, ciphers_1_2);
  SSL_CTX_set_options(to, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                              SSL_OP_PRIORITIZE_CHACHA);
  // An early request could be sent again by whoever recorded it.
  SSL_CTX_set_max_early_data(to, 0);
  // A parked poll holds no buffers; a reply goes on from where it lies by then.
  SSL_CTX_set_mode(
      to, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(to, 1);  // one system call for a record, not two
  // Sessions are resumed by tickets, which the clients keep.
  SSL_CTX_set_session_cache_mode(to, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(to, resumes_here.data(), resumes_here.size());
  SSL_CTX_set_alpn_select_cb(to, choose_protocol, nullptr);
}

void tls_context::read_certificate(const std::string& file) {
  static_cast<void>(text_of("tls_certificate", file));
  if (SSL_CTX_use_certificate_chain_file(native_.get(), file.c_str()) != 1) {
    refuse("tls_certificate", file, tls_reason());
  }
  const auto* until = X509_get0_notAfter(SSL_CTX_get0_certificate(native_.get()));
  if (X509_cmp_current_time(until) < 0) warnings_.push_back("the certificate in " + file + " has expired");
}

void tls_context::read_key(const std::string& file, const std::string& certificate) {
  auto text = text_of("tls_key", file);
  const bio_ptr from(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!from) throw std::bad_alloc();
  const key_ptr key(PEM_read_bio_PrivateKey(from.get(), nullptr, no_passphrase, nullptr));
  OPENSSL_cleanse(text.data(), text.size());
  if (!key) refuse("tls_key", file, tls_reason());
  if (X509_check_private_key(SSL_CTX_get0_certificate(native_.get()), key.get()) != 1) {
    refuse("tls_key", file, "does not fit the certificate in " + certificate + ": " + tls_reason());
  }
  if (SSL_CTX_use_PrivateKey(native_.get(), key.get()) != 1) refuse("tls_key", file, tls_reason());
  struct stat found {};
  if (::stat(file.c_str(), &found) == 0 && (found.st_mode & S_IRWXO) != 0) {
    warnings_.push_back("anyone on this machine may read the key in " + file + ", or change it");
  }
}

/// Without tickets: a session that is resumed would be its client's after the certificate has expired.
void tls_context::read_client_ca(const std::string& file) {
  client_ca_ = sha256(text_of("tls_client_ca", file));
  auto* names = SSL_load_client_CA_file(file.c_str());
  if (!names) refuse("tls_client_ca", file, tls_reason());
  SSL_CTX_set_client_CA_list(native_.get(), names);
  if (SSL_CTX_load_verify_file(native_.get(), file.c_str()) != 1) refuse("tls_client_ca", file, tls_reason());
  SSL_CTX_set_verify(native_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_options(native_.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native_.get(), 0);
}

}  // namespace longpolld
