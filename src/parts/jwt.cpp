#include "longpolld/parts/jwt.hpp"

#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/json_object.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace longpolld {
namespace {

namespace json = boost::json;

constexpr std::int64_t date_max = 1LL << 53;  // seconds; a double skips whole numbers beyond
constexpr std::int64_t ms_in_second = 1000;

error refused(const char* why) { return {401, why}; }

/// A token's three parts, as they came.
struct compact {
  std::string_view header, payload, signature;
  std::string_view signed_text;  ///< the first two and the dot between
};

std::optional<compact> split(std::string_view token) {
  if (token.size() > token_bytes_max) return std::nullopt;
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  // A further dot is no letter of base64url.
  return compact{token.substr(0, first), token.substr(first + 1, second - first - 1),
                 token.substr(second + 1), token.substr(0, second)};
}

struct token_header {
  jwt_algorithm algorithm{};
  std::optional<std::string> kid;
};

/// Nothing too when it asks for what is not understood here: crit (RFC 7515 section 4.1.11), b64 and zip.
/// jku, x5u, jwk and the like, which would say by themselves what to trust, are ignored.
std::optional<token_header> read_header(std::string_view part) {
  const auto text = from_base64url(part);
  const auto read = text ? read_unique(*text) : std::nullopt;
  if (!read) return std::nullopt;
  for (const char* name : {"crit", "b64", "zip"}) {
    if (read->contains(name)) return std::nullopt;
  }
  const auto algorithm = jwt_algorithm_of(text_of(*read, "alg").value_or(""));
  if (!algorithm) return std::nullopt;
  token_header made{*algorithm, std::nullopt};
  if (read->contains("kid")) {
    const auto kid = text_of(*read, "kid");
    if (!kid) return std::nullopt;
    made.kid = std::string(*kid);
  }
  return made;
}

/// A NumericDate (RFC 7519 section 2) in milliseconds, at most unix_ms_end, so that sums with it fit.
std::optional<unix_ms> read_date(const json::value& from) {
  if (const auto* whole = from.if_int64()) {
    if (*whole < 0 || *whole > date_max) return std::nullopt;
    return std::min(*whole * ms_in_second, unix_ms_end);
  }
  const auto* real = from.if_double();  // what is unsigned is beyond 2^63
  if (!real || !(*real >= 0 && *real <= static_cast<double>(date_max))) return std::nullopt;
  return std::min(static_cast<unix_ms>(std::floor(*real * ms_in_second)), unix_ms_end);
}

/// From when on the token is not valid any more.
outcome<unix_ms> check_times(const json::object& claims, std::int64_t leeway_seconds, unix_ms now) {
  const auto leeway = leeway_seconds * ms_in_second;
  const auto* exp = claims.if_contains("exp");
  if (!exp) return refused("the token has no exp");
  const auto end = read_date(*exp);
  if (!end) return refused("the token's exp is not a date");
  if (now >= *end + leeway) return refused("the token has expired");
  for (const char* name : {"nbf", "iat"}) {
    const auto* begin = claims.if_contains(name);
    if (!begin) continue;
    const auto time = read_date(*begin);
    if (!time) return refused("the token's nbf or iat is not a date");
    if (*time > now + leeway) return refused("the token is not valid yet");
  }
  return outcome<unix_ms>(boost::system::in_place_value, *end + leeway);
}

bool is_for(const json::object& claims, std::string_view audience) {
  const auto* aud = claims.if_contains("aud");
  if (!aud) return false;
  if (aud->is_string()) return text_of(claims, "aud") == audience;
  const auto* list = aud->if_array();
  if (!list) return false;
  const json::string wanted(json::string_view(audience.data(), audience.size()));
  return std::all_of(list->begin(), list->end(), [](const json::value& one) { return one.is_string(); }) &&
         std::any_of(list->begin(), list->end(),
                     [&](const json::value& one) { return one.get_string() == wanted; });
}

claim_values values_of(const json::object& claims) {
  claim_values made;
  for (const auto& one : claims) {
    std::string name(one.key().data(), one.key().size());
    if (const auto* text = one.value().if_string()) {
      made.emplace(std::move(name), std::string(text->data(), text->size()));
    } else if (const auto* whole = one.value().if_int64()) {
      made.emplace(std::move(name), std::to_string(*whole));
    } else if (const auto* large = one.value().if_uint64()) {
      made.emplace(std::move(name), std::to_string(*large));
    }
  }
  return made;
}

/// False when it is there and no array of patterns.
bool read_patterns(const json::object& from, const char* name, std::vector<std::string>& to) {
  const auto* found = from.if_contains(name);
  if (!found) return true;
  if (!found->is_array()) return false;
  for (const auto& one : found->get_array()) {
    const auto* text = one.if_string();
    if (!text) return false;
    to.emplace_back(text->data(), text->size());
    if (!category_pattern::parse(to.back())) return false;
  }
  return true;
}

bool read_own_rules(std::string_view payload, const json::object& claims, verified_token& to) {
  if (!claims.contains("longpolld")) return true;
  const auto rules = read_unique(member_of(payload, "longpolld"));
  return rules && read_patterns(*rules, "subscribe", to.subscribe) &&
         read_patterns(*rules, "publish", to.publish);
}

}  // namespace

std::optional<jwt_algorithm> algorithm_of(std::string_view token) {
  const auto parts = split(token);
  const auto header = parts ? read_header(parts->header) : std::nullopt;
  if (!header) return std::nullopt;
  return header->algorithm;
}

outcome<verified_token> verify(std::string_view token, const jwt_rules& rules, unix_ms now) {
  assert(rules.keys);
  const auto parts = split(token);
  if (!parts) return refused("the token is not a signed JWT of at most 8 KiB");
  const auto header = read_header(parts->header);
  if (!header) return refused("the token's header is not one that is understood here");
  if (header->algorithm != rules.keys->algorithm())
    return refused("the token is signed with another algorithm");
  const auto signature = from_base64url(parts->signature);
  // Nothing else of the token is read before this.
  if (!signature || !rules.keys->verifies(header->kid, parts->signed_text, *signature)) {
    return refused("the token's signature is not of a known key");
  }
  const auto payload = from_base64url(parts->payload);
  const auto claims = payload ? read_unique(*payload) : std::nullopt;
  if (!claims) return refused("the token's claims are not a JSON object without repeated members");
  const auto expires = check_times(*claims, rules.leeway_seconds, now);
  if (!expires) return expires.error();
  if (!rules.issuer.empty() && text_of(*claims, "iss") != rules.issuer)
    return refused("the token is of another issuer");
  if (!rules.audience.empty() && !is_for(*claims, rules.audience))
    return refused("the token is for another audience");
  verified_token made{values_of(*claims), *expires, {}, {}};
  if (rules.own_rules && !read_own_rules(*payload, *claims, made)) {
    return refused("the token's claim longpolld is not an object with lists of patterns");
  }
  return made;
}

}  // namespace longpolld
