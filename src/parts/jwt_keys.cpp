#include "longpolld/parts/jwt_keys.hpp"

#include "longpolld/parts/json_object.hpp"
#include "longpolld/parts/jwt_signature.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>
#include <array>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <utility>

namespace longpolld {
namespace {

constexpr std::array<std::pair<std::string_view, jwt_algorithm>, 7> algorithm_names{{
    {"HS256", jwt_algorithm::hs256},
    {"HS384", jwt_algorithm::hs384},
    {"HS512", jwt_algorithm::hs512},
    {"RS256", jwt_algorithm::rs256},
    {"PS256", jwt_algorithm::ps256},
    {"ES256", jwt_algorithm::es256},
    {"EdDSA", jwt_algorithm::eddsa},
}};

constexpr std::size_t key_file_bytes_max = 1UL << 20;
constexpr std::size_t secret_bytes_min = 32;  // RFC 7518 section 3.2 for HS256
constexpr std::string_view pem_begin = "-----BEGIN ";

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// A line such as "ssh-rsa AAAA…": what follows the kind begins with its length (RFC 4253 section 6.6).
bool is_of_ssh(std::string_view text) {
  const auto kind = text.substr(0, text.find(" AAAA"));
  return kind.size() < text.size() &&
         (kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-"));
}

using memory_bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

memory_bio memory_of(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

/// Otherwise OpenSSL asks at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

std::shared_ptr<evp_pkey_st> shared(EVP_PKEY* key) {
  if (!key) {
    ERR_clear_error();
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

std::shared_ptr<evp_pkey_st> read_certificate(std::string_view pem) {
  const std::unique_ptr<X509, decltype(&X509_free)> read(
      PEM_read_bio_X509(memory_of(pem).get(), nullptr, no_passphrase, nullptr), X509_free);
  return shared(read ? X509_get_pubkey(read.get()) : nullptr);
}

outcome<std::shared_ptr<evp_pkey_st>> read_public_key(std::string_view pem) {
  const auto begin = pem.find(pem_begin);
  if (begin == std::string_view::npos) return error{400, "must hold a public key in PEM, or a JWK set"};
  if (holds(pem, "PRIVATE KEY-----")) {
    return error{400, "holds a private key; it must hold the public one, as openssl pkey -pubout prints it"};
  }
  if (holds(pem.substr(begin + 1), pem_begin)) {
    return error{400, "must hold one key in PEM; several are for a JWK set"};
  }
  auto key = holds(pem, "CERTIFICATE-----")
                 ? read_certificate(pem)
                 : shared(PEM_read_bio_PUBKEY(memory_of(pem).get(), nullptr, no_passphrase, nullptr));
  if (!key) return error{400, "holds no public key that OpenSSL can read"};
  return key;
}

}  // namespace

std::optional<jwt_algorithm> jwt_algorithm_of(std::string_view name) {
  const auto* found = std::find_if(algorithm_names.begin(), algorithm_names.end(),
                                   [&](const auto& one) { return one.first == name; });
  if (found == algorithm_names.end()) return std::nullopt;
  return found->second;
}

std::string_view name_of(jwt_algorithm algorithm) {
  return algorithm_names[static_cast<std::size_t>(algorithm)].first;
}

std::shared_ptr<evp_pkey_st> read_private_key(std::string_view pem) {
  return shared(PEM_read_bio_PrivateKey(memory_of(pem).get(), nullptr, no_passphrase, nullptr));
}

outcome<std::string> long_enough(std::string secret) {
  if (secret.size() < secret_bytes_min) return error{400, "must hold a secret of at least 32 bytes"};
  return secret;
}

outcome<std::string> read_secret(std::string_view text) {
  text = ascii::without_line_end(text);
  // Whoever holds a public key could sign with it.
  if (holds(text, pem_begin)) return error{400, "holds PEM text, which is no secret"};
  if (is_of_ssh(text)) return error{400, "holds a public key of ssh, which is no secret"};
  if (holds(text, "\"kty\"")) return error{400, "holds a JWK, or a broken one, where a secret must be"};
  return long_enough(std::string(text));
}

outcome<jwt_keys> jwt_keys::read(jwt_algorithm algorithm, std::string_view text) {
  const bool is_secret = jwt_signature::is_by_secret(algorithm);
  if (text.size() > key_file_bytes_max) return error{400, "must not be larger than 1 MiB"};
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool seems_json = first != std::string_view::npos && text[first] == '{';
  // A secret may begin with a brace.
  if (seems_json && (!is_secret || read_unique(text))) return read_jwk(algorithm, text);
  jwt_keys made(algorithm);
  if (is_secret) {
    auto secret = read_secret(text);
    if (!secret) return secret.error();
    made.keys_.push_back({std::nullopt, std::move(*secret), nullptr});
    return made;
  }
  auto key = read_public_key(text);
  if (!key) return key.error();
  if (auto wrong = jwt_signature::misfit(algorithm, key->get())) return std::move(*wrong);
  made.keys_.push_back({std::nullopt, {}, std::move(*key)});
  return made;
}

const jwt_key* jwt_keys::find(const std::optional<std::string>& kid) const {
  if (keys_.size() == 1 && (!kid || !keys_.front().id)) return &keys_.front();
  if (!kid) return nullptr;
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const jwt_key& one) { return one.id == kid; });
  return found == keys_.end() ? nullptr : &*found;
}

bool jwt_keys::verifies(const std::optional<std::string>& kid, std::string_view signed_text,
                        std::string_view signature) const {
  const auto* key = find(kid);
  if (!key) return false;
  if (key->pair) return jwt_signature::is_by(algorithm_, key->pair.get(), signed_text, signature);
  return jwt_signature::is_by(algorithm_, key->secret, signed_text, signature);
}

}  // namespace longpolld
