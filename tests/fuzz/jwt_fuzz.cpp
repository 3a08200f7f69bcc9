// A token that is accepted is signed, in its only spelling, and lasts; one that is refused is so with 401.
// The first byte says what the rest is: a token; a header, a line end and a payload, which are signed here so
// that what lies behind the signature is reached; or a key file.
#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/jwt.hpp"
#include "longpolld/parts/jwt_signature.hpp"

#include "fuzz/fuzz.hpp"

#include <boost/json.hpp>

using namespace longpolld;

namespace {

constexpr std::string_view secret = "a-secret-of-a-fuzzer-that-guards-nothing";
constexpr unix_ms now = 1'800'000'000'000;
constexpr auto hs256 = jwt_algorithm::hs256;

void check_token(std::string_view token) {
  static const jwt_keys keys = *jwt_keys::read(hs256, secret);
  static const jwt_rules rules{&keys, "", "", 5, true};
  const auto read = verify(token, rules, now);
  if (!read) return fuzz::expect(read.error().status == 401 && !read.error().text.empty());
  fuzz::expect(algorithm_of(token) == hs256 && token.size() <= token_bytes_max);
  fuzz::expect(read->expires > now);
  const auto first = token.find('.'), last = token.rfind('.');
  fuzz::expect(first != last && token.find('.', first + 1) == last);
  const auto made = jwt_signature::by_secret(hs256, secret, token.substr(0, last));
  fuzz::expect(token.substr(last + 1) == to_base64url(made));
  const auto payload = *from_base64url(token.substr(first + 1, last - first - 1));
  fuzz::expect(to_base64url(payload) == token.substr(first + 1, last - first - 1));
  const auto claims = boost::json::parse(payload).as_object();
  fuzz::expect(claims.at("exp").is_number());
  for (const auto& [name, value] : read->claims) {
    const auto& from = claims.at(name);
    if (from.is_string()) fuzz::expect(from.as_string() == value);
    if (from.is_int64()) fuzz::expect(std::to_string(from.as_int64()) == value);
    if (from.is_uint64()) fuzz::expect(std::to_string(from.as_uint64()) == value);
    fuzz::expect(from.is_string() || from.is_int64() || from.is_uint64());
  }
  fuzz::expect(claims.contains("longpolld") || (read->subscribe.empty() && read->publish.empty()));
  for (const auto& one : read->subscribe) fuzz::expect(bool(category_pattern::parse(one)));
  for (const auto& one : read->publish) fuzz::expect(bool(category_pattern::parse(one)));
}

void check_keys(std::string_view text) {
  using enum jwt_algorithm;
  for (const auto algorithm : {hs256, rs256, es256, eddsa}) {
    const auto keys = jwt_keys::read(algorithm, text);
    if (!keys) {
      fuzz::expect(!keys.error().text.empty());
      continue;
    }
    fuzz::expect(keys->size() > 0 && keys->algorithm() == algorithm);
    fuzz::expect(!keys->verifies(std::nullopt, "text", std::string(64, '\0')));
  }
}

}  // namespace

void longpolld::fuzz::run(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto rest = bytes.substr(1);
  if (bytes.front() == 'k') return check_keys(rest);
  if (bytes.front() != 's') return check_token(rest);
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto text =
      to_base64url(rest.substr(0, end)) + '.' + to_base64url(rest.substr(std::min(end + 1, rest.size())));
  check_token(text + '.' + to_base64url(jwt_signature::by_secret(hs256, secret, text)));
}
