#include "longpolld/http/access/demo_access.hpp"

#include "longpolld/parts/jwt.hpp"

#include <algorithm>
#include <iterator>

namespace longpolld {
namespace {

constexpr auto algorithm = jwt_algorithm::hs256;
constexpr std::string_view audience = "the demo";
constexpr std::int64_t token_seconds = 600, ms_in_second = 1000;

category_pattern pattern(std::string_view text) {
  return category_pattern::parse(text, category_pattern::claims::allowed).value();
}

}  // namespace

std::shared_ptr<const access_rules> with_demo(const access_rules& of, const std::string& secret) {
  auto made = std::make_shared<access_rules>(of);
  token_issuer one;
  one.name = "the demo";
  one.keys = std::make_shared<const jwt_keys>(jwt_keys::read(algorithm, secret).value());
  one.key_text = sha256(secret);
  one.audience = audience;
  one.may = {{pattern("public"), pattern("messages/for/{sub}")},
             {pattern("public"), pattern("messages/for/*")}};
  made->issuers.push_back(std::move(one));
  made->reserved.push_back(pattern("messages/for/*"));
  made->demo_secret = secret;
  return made;
}

std::optional<std::string> demo_token(const std::string& secret, std::string_view user, unix_ms now) {
  if (std::find(std::begin(demo_users), std::end(demo_users), user) == std::end(demo_users))
    return std::nullopt;
  std::string claims = "{\"sub\":\"";
  claims.append(user).append("\",\"aud\":\"").append(audience);
  claims.append("\",\"exp\":").append(std::to_string(now / ms_in_second + token_seconds)).append("}");
  return sign(algorithm, secret, claims).value();
}

}  // namespace longpolld
