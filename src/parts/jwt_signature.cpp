#include "longpolld/parts/jwt_signature.hpp"

#include <memory>
#include <new>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

namespace longpolld::jwt_signature {
namespace {

constexpr int rsa_bits_min = 2048;
constexpr std::size_t half_bytes = 32;  // of an ES256 signature: r and s

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

using digest_context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using ecdsa_pair = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

using mac_context = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

// All is fetched once: fetching takes longer than the digest of a token.

const EVP_MD* fetched(const char* name) {
  auto* made = EVP_MD_fetch(nullptr, name, nullptr);
  if (!made) throw std::bad_alloc();
  return made;
}

/// Precondition: not of HS384 and HS512.
const EVP_MD* digest_of(jwt_algorithm algorithm) {
  static const EVP_MD* const sha256 = fetched("SHA256");
  return algorithm == jwt_algorithm::eddsa ? nullptr : sha256;  // Ed25519 has its own within
}

/// An HMAC of this digest, under some key, to be copied.
const EVP_MAC_CTX* hmac_by(std::string digest) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> method(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                 EVP_MAC_free);
  mac_context made(EVP_MAC_CTX_new(method.get()), EVP_MAC_CTX_free);
  const OSSL_PARAM with[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                             OSSL_PARAM_END};
  if (!made || EVP_MAC_init(made.get(), bytes("key"), 3, with) != 1) throw std::bad_alloc();
  return made.release();
}

const EVP_MAC_CTX* hmac_of(jwt_algorithm algorithm) {
  static const EVP_MAC_CTX* const all[] = {hmac_by("SHA256"), hmac_by("SHA384"), hmac_by("SHA512")};
  static_assert(jwt_algorithm::hs256 == jwt_algorithm{0} && jwt_algorithm::hs512 == jwt_algorithm{2});
  return all[static_cast<std::size_t>(algorithm)];
}

/// RFC 7518 section 3.5: the salt is as long as the digest, and MGF1 uses the same one.
bool use_pss(EVP_PKEY_CTX* of) {
  return EVP_PKEY_CTX_set_rsa_padding(of, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(of, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/// RFC 7518 section 3.4: r and s, 32 bytes each. OpenSSL wants DER. Empty when it is anything else; OpenSSL
/// itself refuses an r or s that is 0 or not below the group's order.
std::string der_of(std::string_view raw) {
  if (raw.size() != 2 * half_bytes) return {};
  const ecdsa_pair pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  auto* r = BN_bin2bn(bytes(raw), half_bytes, nullptr);
  auto* s = BN_bin2bn(bytes(raw) + half_bytes, half_bytes, nullptr);
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r), BN_free(s);
    return {};
  }
  unsigned char* made = nullptr;
  const auto size = i2d_ECDSA_SIG(pair.get(), &made);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(made), static_cast<std::size_t>(size));
  OPENSSL_free(made);
  return der;
}

std::string raw_of(std::string_view der) {
  const auto* at = bytes(der);
  const ecdsa_pair pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  unsigned char raw[2 * half_bytes];
  if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw, half_bytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw + half_bytes, half_bytes) < 0) {
    return {};
  }
  return {reinterpret_cast<const char*>(raw), sizeof raw};
}

bool has_usable_exponent(EVP_PKEY* key) {
  BIGNUM* read = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &read) != 1) return false;
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> exponent(read, BN_free);
  return BN_is_odd(read) == 1 && BN_is_one(read) == 0;  // with 1 anyone could sign
}

bool is_p256(EVP_PKEY* key) {
  char name[64] = {};
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof name, nullptr) == 1 &&
         std::string_view(name) == "prime256v1";
}

/// What it must be and is not, or nothing.
std::optional<std::string> fault_of(jwt_algorithm algorithm, EVP_PKEY* key) {
  switch (algorithm) {
    case jwt_algorithm::rs256:
    case jwt_algorithm::ps256:
      if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return "must be an RSA key";
      if (EVP_PKEY_get_bits(key) < rsa_bits_min) return "must have at least 2048 bits";
      if (!has_usable_exponent(key)) return "must have an odd exponent above 1";
      return std::nullopt;
    case jwt_algorithm::es256:
      if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || !is_p256(key)) return "must be of the curve P-256";
      return std::nullopt;
    case jwt_algorithm::eddsa:
      if (EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) return "must be an Ed25519 key";
      return std::nullopt;
    default:
      return "must be a secret";
  }
}

}  // namespace

bool is_by_secret(jwt_algorithm algorithm) { return algorithm <= jwt_algorithm::hs512; }

std::string by_secret(jwt_algorithm algorithm, std::string_view secret, std::string_view text) {
  const mac_context by(EVP_MAC_CTX_dup(hmac_of(algorithm)), EVP_MAC_CTX_free);
  unsigned char made[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  if (!by || EVP_MAC_init(by.get(), bytes(secret), secret.size(), nullptr) != 1 ||
      EVP_MAC_update(by.get(), bytes(text), text.size()) != 1 ||
      EVP_MAC_final(by.get(), made, &size, sizeof made) != 1) {
    return {};
  }
  return {reinterpret_cast<const char*>(made), size};
}

bool is_by(jwt_algorithm algorithm, std::string_view secret, std::string_view text,
           std::string_view signature) {
  const auto made = by_secret(algorithm, secret, text);
  return !made.empty() && made.size() == signature.size() &&
         CRYPTO_memcmp(made.data(), signature.data(), made.size()) == 0;
}

bool is_by(jwt_algorithm algorithm, evp_pkey_st* key, std::string_view text, std::string_view signature) {
  std::string der;
  if (algorithm == jwt_algorithm::es256) {
    der = der_of(signature);
    if (der.empty()) return false;
    signature = der;
  } else if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key))) {
    return false;  // RFC 8017 section 8; for PS256 OpenSSL would take one without its leading zeros
  }
  const digest_context made(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* inner = nullptr;
  const bool is_so =
      made && EVP_DigestVerifyInit(made.get(), &inner, digest_of(algorithm), nullptr, key) == 1 &&
      (algorithm != jwt_algorithm::ps256 || use_pss(inner)) &&
      EVP_DigestVerify(made.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
  if (!is_so) ERR_clear_error();  // the thread's, which a TLS connection would take for its own
  return is_so;
}

std::string by_key(jwt_algorithm algorithm, evp_pkey_st* key, std::string_view text) {
  const digest_context made(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* inner = nullptr;
  std::size_t size = 0;
  if (!made || EVP_DigestSignInit(made.get(), &inner, digest_of(algorithm), nullptr, key) != 1 ||
      (algorithm == jwt_algorithm::ps256 && !use_pss(inner)) ||
      EVP_DigestSign(made.get(), nullptr, &size, bytes(text), text.size()) != 1) {
    return {};
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(made.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes(text),
                     text.size()) != 1) {
    return {};
  }
  signature.resize(size);
  return algorithm == jwt_algorithm::es256 ? raw_of(signature) : signature;
}

std::optional<error> misfit(jwt_algorithm algorithm, evp_pkey_st* key) {
  const auto wrong = fault_of(algorithm, key);
  if (!wrong) return std::nullopt;
  return error{400,
               "holds a key that does not fit: for " + std::string(name_of(algorithm)) + " it " + *wrong};
}

}  // namespace longpolld::jwt_signature
