#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/json_object.hpp"
#include "longpolld/parts/jwt.hpp"
#include "longpolld/parts/jwt_signature.hpp"
#include "longpolld/parts/wire.hpp"

#include <utility>

namespace longpolld {
namespace {

outcome<std::string> signature_of(jwt_algorithm algorithm, std::string_view key, std::string_view text) {
  if (jwt_signature::is_by_secret(algorithm)) {
    // What would verify it takes the secret out of a JWK.
    if (read_unique(key)) return error{400, "holds a JWK; it must hold the secret itself"};
    const auto secret = read_secret(key);
    if (!secret) return secret.error();
    return jwt_signature::by_secret(algorithm, *secret, text);
  }
  const auto pair = read_private_key(key);
  if (!pair) return error{400, "must hold a private key in PEM without a passphrase"};
  if (auto wrong = jwt_signature::misfit(algorithm, pair.get())) return std::move(*wrong);
  return jwt_signature::by_key(algorithm, pair.get(), text);
}

}  // namespace

outcome<std::string> sign(jwt_algorithm algorithm, std::string_view key, std::string_view claims_json,
                          std::string_view kid) {
  std::string header = R"({"alg":")" + std::string(name_of(algorithm)) + R"(","typ":"JWT")";
  if (!kid.empty()) header += R"(,"kid":)" + wire::quoted(kid);
  const auto text = to_base64url(header + '}') + '.' + to_base64url(claims_json);
  const auto signature = signature_of(algorithm, key, text);
  if (!signature) return signature.error();
  if (signature->empty()) return error{400, "holds a key that OpenSSL cannot sign with"};
  return text + '.' + to_base64url(*signature);
}

}  // namespace longpolld
