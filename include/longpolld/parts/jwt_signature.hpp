#pragma once

#include "longpolld/parts/jwt_keys.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace longpolld::jwt_signature {

/// Whether it is signed with a secret that both sides know.
[[nodiscard]] bool is_by_secret(jwt_algorithm algorithm);

/// The HMAC. Precondition: is_by_secret(algorithm).
[[nodiscard]] std::string by_secret(jwt_algorithm algorithm, std::string_view secret, std::string_view text);

/// Whether `signature` is exactly that HMAC, in a time that does not tell where it differs.
[[nodiscard]] bool is_by(jwt_algorithm algorithm, std::string_view secret, std::string_view text,
                         std::string_view signature);

/// Whether the key's holder made `signature`. Precondition: the key fits the algorithm.
[[nodiscard]] bool is_by(jwt_algorithm algorithm, evp_pkey_st* key, std::string_view text,
                         std::string_view signature);

/// Precondition: a private key that fits the algorithm. Empty when OpenSSL cannot.
[[nodiscard]] std::string by_key(jwt_algorithm algorithm, evp_pkey_st* key, std::string_view text);

/// Why this is no key for the algorithm, in words that follow the name of what holds it, or nothing.
[[nodiscard]] std::optional<error> misfit(jwt_algorithm algorithm, evp_pkey_st* key);

}  // namespace longpolld::jwt_signature
