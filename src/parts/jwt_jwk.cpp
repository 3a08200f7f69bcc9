#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/json_object.hpp"
#include "longpolld/parts/json_walker.hpp"
#include "longpolld/parts/jwt_keys.hpp"
#include "longpolld/parts/jwt_signature.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <utility>

namespace longpolld {
namespace {

namespace json = boost::json;

constexpr std::size_t coordinate_bytes = 32;  // of P-256 and of Ed25519

/// How a JWK names the kind of key that an algorithm takes (RFC 7518 section 6.1, RFC 8037 section 2).
struct jwk_kind {
  std::string_view kty, crv;
};

jwk_kind kind_of(jwt_algorithm algorithm) {
  switch (algorithm) {
    case jwt_algorithm::rs256:
    case jwt_algorithm::ps256:
      return {"RSA", ""};
    case jwt_algorithm::es256:
      return {"EC", "P-256"};
    case jwt_algorithm::eddsa:
      return {"OKP", "Ed25519"};
    default:
      return {"oct", ""};
  }
}

bool is_for(jwt_algorithm algorithm, const json::object& jwk) {
  const auto [kty, crv] = kind_of(algorithm);
  const auto allows = [&](const char* name, std::string_view value) {
    return !jwk.contains(name) || text_of(jwk, name) == value;
  };
  if (text_of(jwk, "kty") != kty || (!crv.empty() && text_of(jwk, "crv") != crv)) return false;
  if (!allows("alg", name_of(algorithm)) || !allows("use", "sig")) return false;
  const auto* uses = jwk.if_contains("key_ops");
  return !uses || (uses->is_array() &&
                   std::any_of(uses->get_array().begin(), uses->get_array().end(),
                               [](const json::value& one) { return one == json::value("verify"); }));
}

/// The bytes of a member; empty when it is missing or not base64url.
std::string bytes_of(const json::object& jwk, const char* name) {
  const auto text = text_of(jwk, name);
  return text ? from_base64url(*text).value_or("") : "";
}

using parameters = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;
using big_number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

big_number number_of(const std::string& bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  return {BN_bin2bn(at, static_cast<int>(bytes.size()), nullptr), BN_free};
}

std::shared_ptr<evp_pkey_st> made_of(const char* type, OSSL_PARAM_BLD* of) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> all(OSSL_PARAM_BLD_to_param(of),
                                                                    OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (!all || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, all.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

std::shared_ptr<evp_pkey_st> rsa_key(const json::object& jwk) {
  const auto modulus = bytes_of(jwk, "n"), exponent = bytes_of(jwk, "e");
  const parameters of(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  const auto n = number_of(modulus), e = number_of(exponent);
  if (modulus.empty() || exponent.empty() || !of || !n || !e ||
      OSSL_PARAM_BLD_push_BN(of.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(of.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return made_of("RSA", of.get());
}

/// OpenSSL refuses a point that is not on the curve.
std::shared_ptr<evp_pkey_st> p256_key(const json::object& jwk) {
  const auto x = bytes_of(jwk, "x"), y = bytes_of(jwk, "y");
  const auto point = '\x04' + x + y;
  const parameters of(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  if (x.size() != coordinate_bytes || y.size() != coordinate_bytes || !of ||
      OSSL_PARAM_BLD_push_utf8_string(of.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(of.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return nullptr;
  }
  return made_of("EC", of.get());
}

std::shared_ptr<evp_pkey_st> ed25519_key(const json::object& jwk) {
  const auto x = bytes_of(jwk, "x");
  if (x.size() != coordinate_bytes) return nullptr;
  auto* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                          reinterpret_cast<const unsigned char*>(x.data()), x.size());
  if (!key) return nullptr;
  return {key, EVP_PKEY_free};
}

std::shared_ptr<evp_pkey_st> public_key(jwt_algorithm algorithm, const json::object& jwk) {
  auto made = algorithm == jwt_algorithm::es256   ? p256_key(jwk)
              : algorithm == jwt_algorithm::eddsa ? ed25519_key(jwk)
                                                  : rsa_key(jwk);
  if (!made) ERR_clear_error();
  return made;
}

/// Precondition: it is for the algorithm.
outcome<jwt_key> read_key(jwt_algorithm algorithm, const json::object& jwk) {
  jwt_key made;
  if (jwk.contains("kid")) {
    const auto id = text_of(jwk, "kid");
    if (!id) return error{400, "has a kid that is not a string"};
    made.id = std::string(*id);
  }
  if (jwt_signature::is_by_secret(algorithm)) {
    auto secret = long_enough(bytes_of(jwk, "k"));
    if (!secret) return secret.error();
    made.secret = std::move(*secret);
    return made;
  }
  if (jwk.contains("d")) return error{400, "holds a private key; it must hold the public one"};
  made.pair = public_key(algorithm, jwk);
  if (!made.pair) return error{400, "holds a key that OpenSSL refuses"};
  if (auto wrong = jwt_signature::misfit(algorithm, made.pair.get())) return std::move(*wrong);
  return made;
}

}  // namespace

outcome<jwt_keys> read_jwk(jwt_algorithm algorithm, std::string_view text) {
  const auto whole = read_unique(text);
  if (!whole) return error{400, "must be a JWK set as JSON in which no member is repeated"};
  std::vector<std::string_view> all{text};
  if (const auto* list = whole->if_contains("keys")) {
    if (!list->is_array()) return error{400, "must have an array as keys"};
    all.clear();
    json_walker at(member_of(text, "keys"));
    for (at.eat('['); !at.eat(']'); at.eat(',')) all.push_back(at.value());
  }
  jwt_keys made(algorithm);
  for (const auto one : all) {
    const auto jwk = read_unique(one);
    if (!jwk) return error{400, "must hold keys as objects in which no member is repeated"};
    if (!is_for(algorithm, *jwk)) continue;
    auto key = read_key(algorithm, *jwk);
    if (!key) return key.error();
    const bool is_known = std::any_of(made.keys_.begin(), made.keys_.end(),
                                      [&](const jwt_key& other) { return other.id == key->id; });
    if (is_known) return error{400, "must hold keys each with a kid of its own"};
    made.keys_.push_back(std::move(*key));
  }
  if (made.keys_.empty()) {
    return error{400,
                 "holds no key for " + std::string(name_of(algorithm)) + ": kty, crv, alg and use must fit"};
  }
  const bool has_nameless =
      std::any_of(made.keys_.begin(), made.keys_.end(), [](const auto& one) { return !one.id; });
  if (made.keys_.size() > 1 && has_nameless) return error{400, "must hold keys each with a kid of its own"};
  return made;
}

}  // namespace longpolld
