#pragma once

#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/jwt.hpp"
#include "longpolld/parts/jwt_signature.hpp"

#include "parts/jwt_vectors.hpp"
#include "support/catch.hpp"

#include <string>

namespace longpolld {

inline constexpr std::int64_t now_seconds = 1'800'000'000;
inline constexpr unix_ms now = now_seconds * 1000;
inline constexpr std::string_view hs256_header = R"({"alg":"HS256"})";

inline const jwt_keys& secret_keys() {
  static const jwt_keys made = *jwt_keys::read(jwt_algorithm::hs256, vectors::secret);
  return made;
}

inline std::string signed_as(std::string_view header, std::string_view payload) {
  const auto text = to_base64url(header) + '.' + to_base64url(payload);
  return text + '.' + to_base64url(jwt_signature::by_secret(jwt_algorithm::hs256, vectors::secret, text));
}

inline std::string with_claims(const std::string& more,
                               const std::string& exp = std::to_string(now_seconds + 60)) {
  return signed_as(hs256_header, "{\"exp\":" + exp + (more.empty() ? "" : "," + more) + "}");
}

inline outcome<verified_token> look(std::string_view token, jwt_rules rules = {}) {
  if (!rules.keys) rules.keys = &secret_keys();
  return verify(token, rules, now);
}

/// Why a token is refused; empty when it is not. Whatever the reason, it holds none of the token.
inline std::string fault(std::string_view token, const jwt_rules& rules = {}) {
  const auto made = look(token, rules);
  if (made) return "";
  CHECK(made.error().status == 401);
  CHECK((token.size() < 8 || made.error().text.find(token.substr(0, 8)) == std::string::npos));
  return made.error().text;
}

inline constexpr auto no_jwt = "the token is not a signed JWT of at most 8 KiB";
inline constexpr auto bad_header = "the token's header is not one that is understood here";
inline constexpr auto other_algorithm = "the token is signed with another algorithm";
inline constexpr auto bad_signature = "the token's signature is not of a known key";
inline constexpr auto bad_claims = "the token's claims are not a JSON object without repeated members";

}  // namespace longpolld
