#include "longpolld/parts/jwt_signature.hpp"

#include "parts/jwt_fixture.hpp"

using namespace longpolld;

TEST_CASE("the key decides on the algorithm, not the token", "[parts]") {
  using enum jwt_algorithm;
  const std::pair<jwt_algorithm, std::string_view> all[] = {
      {hs256, vectors::secret},     {hs384, vectors::secret},     {hs512, vectors::secret},
      {rs256, vectors::rsa_public}, {ps256, vectors::rsa_public}, {es256, vectors::ec_public},
      {eddsa, vectors::ed_public}};
  const std::string_view tokens[] = {vectors::node_hs256, vectors::node_hs384, vectors::node_hs512,
                                     vectors::node_rs256, vectors::node_ps256, vectors::node_es256,
                                     vectors::node_eddsa};
  for (std::size_t i = 0; i < std::size(all); ++i) {
    const auto keys = jwt_keys::read(all[i].first, all[i].second);
    REQUIRE(keys.has_value());
    for (std::size_t j = 0; j < std::size(tokens); ++j) {
      CHECK(fault(tokens[j], {.keys = &*keys}) == (i == j ? "" : other_algorithm));
      CHECK(algorithm_of(tokens[j]) == all[j].first);
    }
  }
}

TEST_CASE("a public key is never a secret", "[parts]") {
  // Signed with HMAC by the text of the public key, which everybody has.
  const auto text = to_base64url(hs256_header) + '.' + to_base64url(R"({"exp":1900000000})");
  const auto token =
      text + '.' + to_base64url(jwt_signature::by_secret(jwt_algorithm::hs256, vectors::rsa_public, text));
  const auto keys = jwt_keys::read(jwt_algorithm::rs256, vectors::rsa_public);
  CHECK(fault(token, {.keys = &*keys}) == other_algorithm);
}

TEST_CASE("a signature has one spelling", "[parts]") {
  const auto token = with_claims("");
  const auto dot = token.rfind('.');
  const auto text = token.substr(0, dot + 1), signature = token.substr(dot + 1);
  REQUIRE(fault(token).empty());
  CHECK(fault(text + signature.substr(0, 42)) == bad_signature);
  CHECK(fault(text + signature.substr(0, 20)) == bad_signature);
  CHECK(fault(token + "=") == bad_signature);
  CHECK(fault(token + "A") == bad_signature);
  CHECK(fault(token + ".") == bad_signature);
  CHECK(fault(token + "." + signature) == bad_signature);
  CHECK(fault(token + " ") == bad_signature);
  CHECK(fault(token + "\n") == bad_signature);
  // 32 bytes are 43 letters, of which the last has two bits that must be 0.
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto last = letters.find(signature.back());
  for (std::size_t bits = 1; bits < 4; ++bits)
    CHECK(fault(token.substr(0, token.size() - 1) + letters[last | bits]) == bad_signature);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    INFO(i);
    CHECK_FALSE(look(other).has_value());
  }
  CHECK(fault(' ' + token) == bad_header);
}

TEST_CASE("an ES256 signature is r and s of 32 bytes, each above 0 and below the order", "[parts]") {
  const auto keys = jwt_keys::read(jwt_algorithm::es256, vectors::ec_public);
  const jwt_rules rules{.keys = &*keys};
  CHECK(fault(vectors::openssl_es256_der, rules) == bad_signature);
  const auto token = std::string(vectors::openssl_es256);
  const auto text = token.substr(0, token.rfind('.') + 1);
  const auto raw = *from_base64url(token.substr(text.size()));
  REQUIRE(raw.size() == 64);
  REQUIRE(fault(token, rules).empty());
  const auto with = [&](const std::string& r, const std::string& s) {
    return fault(text + to_base64url(r + s), rules);
  };
  const auto r = raw.substr(0, 32), s = raw.substr(32);
  const std::string zero(32, '\0'), ones(32, '\xff');
  const auto order = *from_base64url("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
  for (const auto& odd : {zero, ones, order}) {
    CHECK(with(odd, s) == bad_signature);
    CHECK(with(r, odd) == bad_signature);
    CHECK(with(odd, odd) == bad_signature);
  }
  CHECK(with('\0' + r, s) == bad_signature);
  CHECK(with(r, s.substr(1)) == bad_signature);
  CHECK(with(s, r) == bad_signature);
  // s and the order less s are both valid, so that a token can be spelled in two ways (RFC 6979 does not say
  // more).
  std::string other(32, '\0');
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int left = static_cast<unsigned char>(order[i]) - static_cast<unsigned char>(s[i]) - borrow;
    borrow = left < 0;
    other[i] = static_cast<char>(left & 0xff);
  }
  CHECK(with(r, other).empty());
}

TEST_CASE("a PS256 signature has a salt as long as its digest", "[parts]") {
  const auto keys = jwt_keys::read(jwt_algorithm::ps256, vectors::rsa_public);
  CHECK(fault(vectors::node_ps256_salt20, {.keys = &*keys}) == bad_signature);
}

TEST_CASE("a PS256 signature is as long as its key, zeros at its beginning too", "[parts]") {
  const auto keys = jwt_keys::read(jwt_algorithm::ps256, vectors::rsa_public);
  const std::string token(vectors::node_ps256_zero);
  const auto text = token.substr(0, token.rfind('.') + 1);
  const auto signature = from_base64url(token.substr(text.size()));
  REQUIRE((signature && signature->size() == 256 && signature->front() == 0));
  CHECK(fault(token, {.keys = &*keys}).empty());
  CHECK(fault(text + to_base64url(signature->substr(1)), {.keys = &*keys}) == bad_signature);
}

TEST_CASE("kid chooses among the keys of a set, and nothing else", "[parts]") {
  const std::string other(40, 'o');
  const auto oct = [](const std::string& kid, std::string_view k) {
    return R"({"kty":"oct",)" + kid + R"("k":")" + to_base64url(k) + R"("})";
  };
  const auto two = jwt_keys::read(jwt_algorithm::hs256, R"({"keys":[)" + oct(R"("kid":"new",)", other) + ',' +
                                                            oct(R"("kid":"old",)", vectors::secret) + "]}");
  REQUIRE(two.has_value());
  const auto named = jwt_keys::read(jwt_algorithm::hs256, oct(R"("kid":"old",)", vectors::secret));
  const auto nameless = jwt_keys::read(jwt_algorithm::hs256, oct("", vectors::secret));
  const auto with_kid = [](const std::string& kid) {
    return signed_as(R"({"alg":"HS256","kid":)" + kid + "}", R"({"exp":1900000000})");
  };
  CHECK(fault(with_kid("\"old\""), {.keys = &*two}).empty());
  CHECK(fault(with_kid("\"new\""), {.keys = &*two}) == bad_signature);
  CHECK(fault(with_claims(""), {.keys = &*two}) == bad_signature);
  CHECK(fault(with_claims(""), {.keys = &*named}).empty());
  CHECK(fault(with_kid("\"any\"")).empty());
  CHECK(fault(with_kid("\"any\""), {.keys = &*nameless}).empty());
  for (const std::string odd : {"\"../../dev/null\"", "\"' OR 1\"", "\"\"", "\"OLD\"", "\"old\\u0000\""}) {
    CHECK(fault(with_kid(odd), {.keys = &*two}) == bad_signature);
    CHECK(fault(with_kid(odd), {.keys = &*named}) == bad_signature);
  }
  for (const std::string odd : {"7", "null", "[\"old\"]"})
    CHECK(fault(with_kid(odd), {.keys = &*two}) == bad_header);
  CHECK(fault(with_kid('"' + std::string(10'000, 'k') + '"'), {.keys = &*two}) == no_jwt);
}

TEST_CASE("what is signed here is accepted here, for every algorithm", "[parts]") {
  using enum jwt_algorithm;
  struct row {
    jwt_algorithm algorithm;
    std::string_view to_sign, to_verify;
  };
  for (const auto& [algorithm, to_sign, to_verify] : std::initializer_list<row>{
           {hs256, vectors::secret, vectors::secret},
           {hs384, vectors::secret, vectors::secret},
           {hs512, vectors::secret, vectors::secret},
           {rs256, vectors::rsa_private, vectors::rsa_public},
           {ps256, vectors::rsa_private, vectors::rsa_public},
           {es256, vectors::ec_private, vectors::ec_public},
           {eddsa, vectors::ed_private, vectors::ed_public},
       }) {
    const auto keys = jwt_keys::read(algorithm, to_verify);
    REQUIRE(keys.has_value());
    // ES256 is random, and r or s begins with a zero once in 128.
    for (int i = 0; i < (algorithm == es256 ? 300 : 1); ++i) {
      const auto token = sign(algorithm, to_sign, R"({"sub":"bob","exp":1900000000})", "k\"1");
      REQUIRE(token.has_value());
      const auto read = look(*token, {.keys = &*keys});
      REQUIRE(read.has_value());
      CHECK(read->claims.at("sub") == "bob");
    }
  }
}

TEST_CASE("a key that cannot sign is refused with the reason", "[parts]") {
  using enum jwt_algorithm;
  CHECK(sign(rs256, vectors::rsa_public, "{}").error().text.find("private key") != std::string::npos);
  CHECK(sign(rs256, vectors::ec_private, "{}").error().text.find("RSA") != std::string::npos);
  CHECK(sign(es256, vectors::ed_private, "{}").error().text.find("P-256") != std::string::npos);
  CHECK(sign(hs256, R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"})", "{}")
            .error()
            .text.find("JWK") != std::string::npos);
  CHECK(sign(hs256, "short", "{}").error().text.find("32 bytes") != std::string::npos);
  CHECK(sign(hs256, vectors::rsa_private, "{}").error().text.find("PEM") != std::string::npos);
}
