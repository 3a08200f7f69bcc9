#pragma once

#include "longpolld/parts/category_pattern.hpp"
#include "longpolld/parts/jwt_keys.hpp"
#include "longpolld/words/error.hpp"
#include "longpolld/words/moment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// The longest token that is looked at.
inline constexpr std::size_t token_bytes_max = 8192;

/// What an issuer's token must be.
struct jwt_rules {
  const jwt_keys* keys = nullptr;
  std::string issuer{};    ///< must equal iss; empty: not asked
  std::string audience{};  ///< must be aud or in it; empty: not asked
  std::int64_t leeway_seconds = 5;
  bool own_rules = false;  ///< whether the token's claim "longpolld" counts
};

struct verified_token {
  claim_values claims;
  /// exp, which counts as unix_ms_end at most, and the leeway: from then on it is not valid any more.
  unix_ms expires = 0;
  /// Patterns of the claim "longpolld", where it counts; each can be parsed, without claims.
  std::vector<std::string> subscribe;
  std::vector<std::string> publish;
};

/// Verifies and reads a signed token in compact form (RFC 7519, RFC 7515). `token` may be anything. An error
/// has status 401 and a sentence that holds nothing of the token.
/// Precondition: rules.keys is not null. Thread: any.
[[nodiscard]] outcome<verified_token> verify(std::string_view token, const jwt_rules& rules, unix_ms now);

/// What the header of a token says it is signed with, unverified: which issuers are worth trying. Nothing
/// when it is no token.
[[nodiscard]] std::optional<jwt_algorithm> algorithm_of(std::string_view token);

/// Signs a token. `key` is the secret, or a private key in PEM; `claims_json` an object. Not for serving:
/// PS256 and ES256 take random bytes from OpenSSL. The error's text is meant for the user.
[[nodiscard]] outcome<std::string> sign(jwt_algorithm algorithm, std::string_view key,
                                        std::string_view claims_json, std::string_view kid = {});

}  // namespace longpolld
