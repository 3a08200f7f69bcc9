#pragma once

#include "longpolld/words/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace longpolld {

/// How tokens are signed (RFC 7518 section 3.1, RFC 8037).
enum class jwt_algorithm : std::uint8_t { hs256, hs384, hs512, rs256, ps256, es256, eddsa };

/// "HS256", "EdDSA"; only in this spelling.
[[nodiscard]] std::optional<jwt_algorithm> jwt_algorithm_of(std::string_view name);
[[nodiscard]] std::string_view name_of(jwt_algorithm algorithm);

struct jwt_key {
  std::optional<std::string> id;      ///< the kid that chooses it
  std::string secret;                 ///< of HS256, HS384 and HS512
  std::shared_ptr<evp_pkey_st> pair;  ///< of the others: the public half
};

/// The keys that one issuer's tokens are verified with, for one algorithm. Immutable. Thread: any.
class jwt_keys {
 public:
  /// Reads a key file's content. For HS256, HS384 and HS512 the secret, at least 32 bytes: a line end behind
  /// it is not part of it; PEM text, and what looks like a JWK but cannot be read, is refused. For the others
  /// a public key in PEM, or a certificate, of which only the key counts. For all of them also a JWK set or
  /// one JWK (RFC 7517), of which the keys for other algorithms and uses are left out, and at least one must
  /// remain. RSA keys have at least 2048 bits; ES256 means P-256, EdDSA Ed25519. The error's text is meant
  /// for the user and holds nothing of the key.
  [[nodiscard]] static outcome<jwt_keys> read(jwt_algorithm algorithm, std::string_view text);

  [[nodiscard]] jwt_algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

  /// Whether `signature`, of raw bytes, is `signed_text`'s by the key that `kid` chooses: the one of that id;
  /// without a kid, or where the key has no id, the only one there is.
  [[nodiscard]] bool verifies(const std::optional<std::string>& kid, std::string_view signed_text,
                              std::string_view signature) const;

 private:
  friend outcome<jwt_keys> read_jwk(jwt_algorithm algorithm, std::string_view json);

  explicit jwt_keys(jwt_algorithm algorithm) : algorithm_(algorithm) {}
  [[nodiscard]] const jwt_key* find(const std::optional<std::string>& kid) const;

  jwt_algorithm algorithm_;
  std::vector<jwt_key> keys_;
};

/// What jwt_keys::read() does with JSON.
[[nodiscard]] outcome<jwt_keys> read_jwk(jwt_algorithm algorithm, std::string_view json);

/// Reads a private key in PEM. Null when it is none, or encrypted.
[[nodiscard]] std::shared_ptr<evp_pkey_st> read_private_key(std::string_view pem);

/// The secret, or why it is too short to be one.
[[nodiscard]] outcome<std::string> long_enough(std::string secret);

/// The secret in a key file's content: without the line end behind it. What looks like PEM or a JWK is none.
/// The error's text is meant for the user.
[[nodiscard]] outcome<std::string> read_secret(std::string_view text);

}  // namespace longpolld
