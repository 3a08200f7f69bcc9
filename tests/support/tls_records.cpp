#include "support/tls_records.hpp"

#include <array>
#include <memory>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>
#include <stdexcept>

namespace longpolld::test {
namespace {

constexpr std::size_t key_bytes = 16, fixed_bytes = 4, tag_bytes = 16;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int length_of(std::string_view text) { return static_cast<int>(text.size()); }

void must(bool is_well) {
  if (!is_well) throw std::runtime_error("no keys of this session");
}

/// RFC 5246 section 6.3.
std::string key_block(const ssl_st& of, std::size_t bytes) {
  std::array<unsigned char, SSL_MAX_MASTER_KEY_LENGTH> master{};
  std::array<unsigned char, SSL3_RANDOM_SIZE> client{}, server{};
  must(SSL_SESSION_get_master_key(SSL_get_session(&of), master.data(), master.size()) == master.size());
  SSL_get_client_random(&of, client.data(), client.size());
  SSL_get_server_random(&of, server.data(), server.size());
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> make(
      EVP_PKEY_CTX_new_id(EVP_PKEY_TLS1_PRF, nullptr), EVP_PKEY_CTX_free);
  constexpr std::string_view label = "key expansion";
  must(EVP_PKEY_derive_init(make.get()) == 1 && EVP_PKEY_CTX_set_tls1_prf_md(make.get(), EVP_sha256()) == 1 &&
       EVP_PKEY_CTX_set1_tls1_prf_secret(make.get(), master.data(), static_cast<int>(master.size())) == 1 &&
       EVP_PKEY_CTX_add1_tls1_prf_seed(make.get(), bytes_of(label), length_of(label)) == 1 &&
       EVP_PKEY_CTX_add1_tls1_prf_seed(make.get(), server.data(), static_cast<int>(server.size())) == 1 &&
       EVP_PKEY_CTX_add1_tls1_prf_seed(make.get(), client.data(), static_cast<int>(client.size())) == 1);
  std::string made(bytes, '\0');
  must(EVP_PKEY_derive(make.get(), bytes_of(made), &bytes) == 1);
  return made;
}

std::string big_endian(std::uint64_t number, int bytes) {
  std::string made;
  for (int i = bytes - 1; i >= 0; --i) made += static_cast<char>(number >> (8 * i));
  return made;
}

}  // namespace

tls_records::tls_records(const ssl_st& of) {
  const auto block = key_block(of, 2 * key_bytes + 2 * fixed_bytes);
  key_ = block.substr(0, key_bytes);
  nonce_ = block.substr(2 * key_bytes, fixed_bytes);
}

/// RFC 5288 section 3.
std::string tls_records::next(content type, std::string_view text) {
  const auto number = big_endian(number_++, 8);
  const std::string kind = {static_cast<char>(type), 3, 3};
  const auto nonce = nonce_ + number;
  const auto about = number + kind + big_endian(text.size(), 2);
  std::string sealed(text.size() + tag_bytes, '\0');
  int count = 0;
  static const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> with(EVP_CIPHER_CTX_new(),
                                                                                    EVP_CIPHER_CTX_free);
  must(EVP_EncryptInit_ex(with.get(), EVP_aes_128_gcm(), nullptr, bytes_of(key_), bytes_of(nonce)) == 1 &&
       EVP_EncryptUpdate(with.get(), nullptr, &count, bytes_of(about), length_of(about)) == 1 &&
       EVP_EncryptUpdate(with.get(), bytes_of(sealed), &count, bytes_of(text), length_of(text)) == 1 &&
       EVP_EncryptFinal_ex(with.get(), bytes_of(sealed) + count, &count) == 1 &&
       EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, bytes_of(sealed) + text.size()) == 1);
  return kind + big_endian(number.size() + sealed.size(), 2) + number + sealed;
}

}  // namespace longpolld::test
