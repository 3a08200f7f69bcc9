#pragma once

#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/parts/jwt_keys.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace longpolld::test {

/// The rules that a configuration file with these tables gives. A problem fails the test.
[[nodiscard]] std::shared_ptr<const access_rules> rules_of(std::string_view toml);

/// The secret of backend_table().
inline constexpr std::string_view backend_secret = "the-secret-of-the-backend";
/// A key named backend that may do everything.
[[nodiscard]] std::string backend_table();

/// An issuer named site, of HS256 tokens, with these further lines.
[[nodiscard]] std::string site_table(const std::string& lines);
/// A token of that issuer's: `more` are further claims, as `"a":1,"b":2`.
[[nodiscard]] std::string site_token(const std::string& sub,
                                     std::chrono::milliseconds valid = std::chrono::hours(1),
                                     const std::string& more = "");

/// A header field.
[[nodiscard]] std::string bearer(std::string_view secret);

}  // namespace longpolld::test
