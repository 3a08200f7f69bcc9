#include "support/access.hpp"

#include "longpolld/parts/jwt.hpp"
#include "longpolld/process/config/config_merge.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"

namespace longpolld::test {
namespace {

// Known before any other file's objects are made, which may ask for a token.
constexpr std::string_view site_secret = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk";

}  // namespace

std::shared_ptr<const access_rules> rules_of(std::string_view toml) {
  config_merge merge;
  merge.toml(toml, "test.toml");
  merge.check();
  CHECK(merge.problems() == std::vector<std::string>());
  return std::make_shared<const access_rules>(merge.access());
}

std::string backend_table() {
  return "[[key]]\nname = \"backend\"\nsecret_sha256 = \"" + to_hex(sha256(backend_secret)) +
         "\"\nsubscribe = [\"*\"]\npublish = [\"*\"]\n";
}

std::string site_table(const std::string& lines) {
  static const std::string file = common_authority().write(std::string(site_secret));
  return "[[issuer]]\nname = \"site\"\nalgorithm = \"HS256\"\nkey_file = \"" + file + "\"\n" + lines;
}

std::string site_token(const std::string& sub, std::chrono::milliseconds valid, const std::string& more) {
  const auto until =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch() + valid);
  auto claims = "{\"sub\":\"" + sub + "\",\"exp\":" + std::to_string(until.count());
  if (!more.empty()) claims += ',' + more;
  return sign(jwt_algorithm::hs256, site_secret, claims + '}').value();
}

std::string bearer(std::string_view secret) {
  return "Authorization: Bearer " + std::string(secret) + "\r\n";
}

}  // namespace longpolld::test
