#include "longpolld/http/access/authorizer.hpp"

#include "longpolld/parts/jwt.hpp"

#include "support/access.hpp"
#include "support/catch.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr unix_ms now = 1'800'000'000'000;
const std::string secret(40, 'x');

credentials bearing(std::string text) { return {std::nullopt, std::move(text)}; }

std::shared_ptr<const access_rules> signed_rules(std::vector<category_pattern> may = {}) {
  auto made = std::make_shared<access_rules>();
  token_issuer one;
  one.name = "site";
  one.keys = std::make_shared<const jwt_keys>(jwt_keys::read(jwt_algorithm::hs256, secret).value());
  one.may.subscribe = std::move(may);
  one.own_rules = true;
  made->issuers.push_back(std::move(one));
  return made;
}

std::string token(const std::string& claims) { return sign(jwt_algorithm::hs256, secret, claims).value(); }
std::string valid_token(int number) {
  return token(R"({"exp":1800000060,"sub":")" + std::to_string(number) + "\"}");
}

}  // namespace

TEST_CASE("a key is known by its secret alone, or by its name and its secret", "[http]") {
  authorizer who(rules_of(backend_table()), 10);
  const std::string right_one(backend_secret);
  const auto found = who.recognise(bearing(right_one), now);
  REQUIRE(found);
  CHECK(found->name == "key:backend");
  CHECK(found->source == access_rules::of_key(0));
  CHECK(found->may.allow(right::publish, "anything"));
  CHECK(who.recognise({"backend", right_one}, now) == found);
  CHECK_FALSE(who.recognise({"other", right_one}, now));
  CHECK_FALSE(who.recognise({"backend", "wrong"}, now));
  CHECK_FALSE(who.recognise({"backend", ""}, now));
  CHECK_FALSE(who.recognise(bearing(""), now));
  // The digest, which the file shows, is no secret.
  CHECK_FALSE(who.recognise(bearing(to_hex(sha256(backend_secret))), now));
}

TEST_CASE("a token is verified once, then remembered until it expires", "[http]") {
  authorizer who(signed_rules(), 10);
  const auto text = token(R"({"exp":1800000060,"sub":"alice","longpolld":{"subscribe":["a.*"]}})");
  CHECK_FALSE(who.recognise(bearing(text), now));
  const auto found = who.verify(bearing(text), now);
  REQUIRE(found);
  CHECK(found->name == "token:site/alice");
  CHECK(found->may.allow(right::subscribe, "a.b"));
  CHECK(found->expires == now + 65'000);
  CHECK(who.recognise(bearing(text), now + 64'999) == found);
  CHECK_FALSE(who.recognise(bearing(text), now + 65'000));
  CHECK(who.remembered() == 0);
  CHECK_FALSE(who.verify(bearing(text), now + 65'000));
}

TEST_CASE("what is wrong is not remembered and pushes nothing out", "[http]") {
  authorizer who(signed_rules(), 2);
  const auto good = valid_token(1);
  REQUIRE(who.verify(bearing(good), now));
  for (int i = 0; i < 100; ++i) CHECK_FALSE(who.verify(bearing(good + std::to_string(i)), now));
  CHECK(who.remembered() == 1);
  CHECK(who.recognise(bearing(good), now));
}

TEST_CASE("of many tokens those in use stay, and no more than max_cached_tokens", "[http]") {
  authorizer who(signed_rules(), 10);
  const auto used = valid_token(0);
  REQUIRE(who.verify(bearing(used), now));
  for (int i = 1; i < 100; ++i) {
    REQUIRE(who.verify(bearing(valid_token(i)), now));
    REQUIRE(who.recognise(bearing(used), now));
    CHECK(who.remembered() <= 10);
  }
  CHECK_FALSE(who.recognise(bearing(valid_token(1)), now));
}

TEST_CASE("new rules forget the tokens that the old ones knew", "[http]") {
  authorizer who(signed_rules(), 10);
  const auto text = valid_token(1);
  REQUIRE(who.verify(bearing(text), now));
  for (int i = 0; i < 2; ++i) REQUIRE(who.recognise(bearing(text), now));
  who.set_rules(std::make_shared<access_rules>());
  CHECK_FALSE(who.recognise(bearing(text), now));
  CHECK_FALSE(who.verify(bearing(text), now));
}

TEST_CASE("an issuer's patterns hold the token's claims, and each token has a name of its own", "[http]") {
  authorizer who(
      signed_rules({category_pattern::parse("user.{sub}.*", category_pattern::claims::allowed).value()}), 10);
  const auto alice = who.verify(bearing(token(R"({"exp":1800000060,"sub":"alice"})")), now);
  CHECK(alice->may.allow(right::subscribe, "user.alice.x"));
  CHECK_FALSE(alice->may.allow(right::subscribe, "user.bob.x"));
  const auto nobody = who.verify(bearing(token(R"({"exp":1800000060})")), now);
  const auto other = who.verify(bearing(token(R"({"exp":1800000061})")), now);
  CHECK_FALSE(nobody->may.allow(right::subscribe, "user..x"));
  CHECK(nobody->name != other->name);
}

TEST_CASE("the secret of tokens is no key, and a token is not taken by its name", "[http]") {
  authorizer who(signed_rules(), 10);
  CHECK_FALSE(who.recognise(bearing(secret), now));
  CHECK_FALSE(who.verify(bearing(secret), now));
  CHECK_FALSE(who.verify({"site", valid_token(1)}, now));
  REQUIRE(who.verify(bearing(valid_token(1)), now));
  CHECK_FALSE(who.recognise({"site", valid_token(1)}, now));
}
