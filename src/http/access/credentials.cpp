#include "longpolld/http/access/credentials.hpp"

#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/query.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>

namespace longpolld {
namespace {

/// RFC 4648 section 4, padded.
std::optional<std::string> from_base64(std::string_view text) {
  const auto padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
  if (text.size() % 4 != 0 || padding > 2) return std::nullopt;
  if (text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  std::string in_url(text.substr(0, text.size() - padding));
  std::replace(in_url.begin(), in_url.end(), '+', '-');
  std::replace(in_url.begin(), in_url.end(), '/', '_');
  return from_base64url(in_url);
}

/// RFC 7617. What cannot be read has no secret.
credentials read_basic(std::string_view text) {
  credentials made;
  const auto both = from_base64(text);
  const auto colon = both ? both->find(':') : std::string::npos;
  made.user = both ? both->substr(0, colon) : "";
  if (colon != std::string::npos) made.secret = both->substr(colon + 1);
  return made;
}

/// RFC 9110 section 11.6.2.
credentials read_authorization(std::string_view field) {
  const auto space = std::min(field.find(' '), field.size());
  const auto scheme = field.substr(0, space);
  const auto given = ascii::trimmed(field.substr(space));
  if (ascii::same(scheme, "Basic")) return read_basic(given);
  credentials made;
  if (ascii::same(scheme, "Bearer")) made.secret = given;
  return made;
}

}  // namespace

std::optional<std::string_view> find_cookie(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const auto pair = ascii::trimmed(field.substr(0, field.find(';')));
    field.remove_prefix(std::min(field.size(), std::min(field.find(';'), field.size()) + 1));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    auto value = pair.substr(equals + 1);
    const bool is_quoted = value.size() > 1 && value.front() == '"' && value.back() == '"';
    if (is_quoted) value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

outcome<std::optional<credentials>> find_credentials(const request& asked, const config& of,
                                                     bool is_foreign) {
  using shown = std::optional<credentials>;
  if (asked.authorization) return shown(read_authorization(*asked.authorization));
  if (!of.token_cookie.empty() && !is_foreign) {
    if (const auto cookie = find_cookie(asked.cookie, of.token_cookie)) {
      return shown({std::nullopt, std::string(*cookie), credentials::place::cookie});
    }
  }
  if (!of.token_in_query) return shown();
  auto token = query_parameter(asked.query, "token");
  if (!token) return token.error();
  if (!*token) return shown();
  return shown({std::nullopt, std::move(**token), credentials::place::query});
}

}  // namespace longpolld
