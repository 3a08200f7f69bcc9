#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/jwt.hpp"
#include "longpolld/parts/jwt_signature.hpp"

#include "parts/jwt_vectors.hpp"
#include "support/catch.hpp"

using namespace longpolld;

namespace {

std::string fault(jwt_algorithm algorithm, std::string_view text) {
  const auto read = jwt_keys::read(algorithm, text);
  return read ? "" : read.error().text;
}

bool accepts(jwt_algorithm algorithm, std::string_view key_file, std::string_view token) {
  const auto keys = jwt_keys::read(algorithm, key_file);
  if (!keys) return false;
  return bool(verify(token, {.keys = &*keys}, 1'800'000'000'000));
}

std::string jwk(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  std::string made = "{";
  for (const auto& [name, value] : members) {
    made += (made.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":\"" + std::string(value) + '"';
  }
  return made + '}';
}

std::string set_of(std::initializer_list<std::string> keys) {
  std::string made = R"({"keys": [)";
  for (const auto& one : keys) made += (made.ends_with('[') ? "" : ", ") + one;
  return made + "]}";
}

const std::string rsa_jwk =
    jwk({{"kty", "RSA"}, {"n", vectors::rsa_jwk_n}, {"e", vectors::rsa_jwk_e}, {"kid", "r"}});
const std::string ec_jwk =
    jwk({{"kty", "EC"}, {"crv", "P-256"}, {"x", vectors::ec_jwk_x}, {"y", vectors::ec_jwk_y}});
const std::string ed_jwk = jwk({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", vectors::ed_jwk_x}});

}  // namespace

TEST_CASE("an algorithm has one spelling", "[parts]") {
  for (const char* name : {"HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA"}) {
    const auto found = jwt_algorithm_of(name);
    REQUIRE(found.has_value());
    CHECK(name_of(*found) == name);
  }
  for (const char* name :
       {"", "none", "None", "NONE", "nOnE", "hs256", "HS256 ", "ES384", "RS512", "Ed25519", "EDDSA"}) {
    CHECK_FALSE(jwt_algorithm_of(name));
  }
}

TEST_CASE("tokens that Node and openssl sign are accepted, by keys in PEM, of certificates and as JWKs",
          "[parts]") {
  using enum jwt_algorithm;
  namespace v = vectors;
  struct row {
    jwt_algorithm algorithm;
    std::string_view key, by_node, by_openssl;
  };
  for (const auto& [algorithm, key, by_node, by_openssl] : std::initializer_list<row>{
           {hs256, v::secret, v::node_hs256, v::openssl_hs256},
           {hs384, v::secret, v::node_hs384, v::openssl_hs384},
           {hs512, v::secret, v::node_hs512, v::openssl_hs512},
           {rs256, v::rsa_public, v::node_rs256, v::openssl_rs256},
           {rs256, v::rsa_certificate, v::node_rs256, v::openssl_rs256},
           {rs256, rsa_jwk, v::node_rs256, v::openssl_rs256},
           {ps256, v::rsa_public, v::node_ps256, v::openssl_ps256},
           {ps256, rsa_jwk, v::node_ps256, v::openssl_ps256},
           {es256, v::ec_public, v::node_es256, v::openssl_es256},
           {es256, ec_jwk, v::node_es256, v::openssl_es256},
           {eddsa, v::ed_public, v::node_eddsa, v::openssl_eddsa},
           {eddsa, ed_jwk, v::node_eddsa, v::openssl_eddsa},
       }) {
    INFO(name_of(algorithm) << " " << key);
    CHECK(fault(algorithm, key).empty());
    CHECK(accepts(algorithm, key, by_node));
    CHECK(accepts(algorithm, key, by_openssl));
  }
}

TEST_CASE("signatures of the standards' examples are accepted", "[parts]") {
  // RFC 7515 appendices A.1 and A.3, RFC 8037 appendix A.4.
  const auto check = [](jwt_algorithm algorithm, const std::string& key, std::string_view token) {
    const auto keys = jwt_keys::read(algorithm, key);
    REQUIRE(keys.has_value());
    const auto dot = token.rfind('.');
    return token.substr(0, dot).empty() ? false : [&] {
      const auto made = verify(token, {.keys = &*keys}, 1'300'819'000'000);
      // Ed25519's example signs a text that is no JSON: it gets as far as its claims.
      return made || made.error().text.find("claims") != std::string::npos;
    }();
  };
  CHECK(check(
      jwt_algorithm::hs256,
      jwk({{"kty", "oct"},
           {"k", "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}}),
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
  CHECK(
      check(jwt_algorithm::es256,
            jwk({{"kty", "EC"},
                 {"crv", "P-256"},
                 {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                 {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}),
            "eyJhbGciOiJFUzI1NiJ9."
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"));
  CHECK(check(jwt_algorithm::eddsa,
              jwk({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}),
              "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
              "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"));
}

TEST_CASE("a secret has at least 32 bytes, without the line end, and is no PEM text", "[parts]") {
  const std::string secret(32, 's');
  CHECK(fault(jwt_algorithm::hs256, secret).empty());
  CHECK(fault(jwt_algorithm::hs256, secret + "\n").empty());
  CHECK(fault(jwt_algorithm::hs256, "{" + secret).empty());
  const auto too_short = "must hold a secret of at least 32 bytes";
  CHECK(fault(jwt_algorithm::hs256, secret.substr(1)) == too_short);
  CHECK(fault(jwt_algorithm::hs512, secret.substr(1) + "\n") == too_short);
  CHECK(fault(jwt_algorithm::hs256, secret.substr(1) + "\r\n") == too_short);
  CHECK(fault(jwt_algorithm::hs256, "") == too_short);
  for (const auto pem :
       {vectors::rsa_public, vectors::ec_public, vectors::rsa_certificate, vectors::ed_private}) {
    CHECK(fault(jwt_algorithm::hs256, pem) == "holds PEM text, which is no secret");
  }
  CHECK(accepts(jwt_algorithm::hs256, std::string(vectors::secret) + "\n", vectors::node_hs256));
  CHECK_FALSE(accepts(jwt_algorithm::hs256, std::string(vectors::secret) + "\n\n", vectors::node_hs256));
}

TEST_CASE("of a secret only a line end is left out, of a JWK's nothing", "[parts]") {
  using enum jwt_algorithm;
  const auto token_of = [](std::string_view secret) {
    const auto text = to_base64url(R"({"alg":"HS256"})") + '.' + to_base64url(R"({"exp":1900000000})");
    return text + '.' + to_base64url(jwt_signature::by_secret(hs256, secret, text));
  };
  for (const std::string end : {"\r", "\n", "\r\n", "\n\n", " "}) {
    const auto secret = std::string(31, 's') + end;
    INFO(to_base64url(secret));
    CHECK(accepts(hs256, jwk({{"kty", "oct"}, {"k", to_base64url(secret)}}), token_of(secret)));
  }
  const std::string plain(40, 's');
  CHECK(accepts(hs256, plain + "\n", token_of(plain)));
  CHECK(accepts(hs256, plain + "\r\n", token_of(plain)));
  CHECK(accepts(hs256, plain + "\r", token_of(plain + "\r")));
  CHECK(accepts(hs256, plain + " \n", token_of(plain + " ")));
}

TEST_CASE("a JWK set that is malformed is never a secret: it may be public", "[parts]") {
  using enum jwt_algorithm;
  const auto set = set_of({rsa_jwk});
  for (const auto& broken :
       {set.substr(0, set.size() - 1), "\xef\xbb\xbf" + set, '[' + set + ']', set + " x",
        "{\"keys\": []," + set.substr(1), rsa_jwk.substr(0, rsa_jwk.size() - 1) + ",}",
        "{\"x\": " + std::string(20, '[') + std::string(20, ']') + ',' + set.substr(1)}) {
    INFO(broken);
    CHECK_FALSE(fault(hs256, broken).empty());
    CHECK_FALSE(sign(hs256, broken, "{}").has_value());
  }
  CHECK_FALSE(fault(hs256, set).empty());
}

TEST_CASE("a public key as ssh writes it is no secret", "[parts]") {
  const std::string line =
      " AAAAC3NzaC1lZDI1NTE5AAAAIJqg2kZ0R8wVvU1r5n0p6d8w0a1b2c3d4e5f6g7h8i9j someone@example";
  for (const std::string kind :
       {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com"}) {
    INFO(kind);
    CHECK(fault(jwt_algorithm::hs256, kind + line) == "holds a public key of ssh, which is no secret");
  }
  CHECK(fault(jwt_algorithm::hs256, "ssh-" + std::string(32, 'a')).empty());
}

TEST_CASE("a key that does not fit its algorithm is refused with the reason", "[parts]") {
  using enum jwt_algorithm;
  CHECK(fault(rs256, vectors::small_rsa_public).find("at least 2048 bits") != std::string::npos);
  CHECK(fault(rs256, vectors::ec_public).find("must be an RSA key") != std::string::npos);
  CHECK(fault(ps256, vectors::ed_public).find("must be an RSA key") != std::string::npos);
  CHECK(fault(es256, vectors::p384_public).find("P-256") != std::string::npos);
  CHECK(fault(es256, vectors::rsa_public).find("P-256") != std::string::npos);
  CHECK(fault(eddsa, vectors::ec_public).find("Ed25519") != std::string::npos);
  CHECK(fault(rs256, vectors::rsa_private).find("private key") != std::string::npos);
  CHECK(fault(eddsa, vectors::ed_private).find("private key") != std::string::npos);
  CHECK(fault(es256, std::string(vectors::ec_public) + std::string(vectors::ec_public)).find("one key") !=
        std::string::npos);
  CHECK(fault(rs256, vectors::secret).find("public key in PEM") != std::string::npos);
  CHECK(fault(rs256, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").find("OpenSSL") !=
        std::string::npos);
  CHECK_FALSE(fault(rs256, "").empty());
}

TEST_CASE("of a JWK set the keys for other algorithms and uses are left out, and one must remain",
          "[parts]") {
  using enum jwt_algorithm;
  const auto with = [](const std::string& key, const std::string& more) {
    return key.substr(0, key.size() - 1) + more + "}";
  };
  const auto set = set_of({rsa_jwk, ec_jwk, ed_jwk});
  CHECK(jwt_keys::read(rs256, set)->size() == 1);
  CHECK(accepts(rs256, set, vectors::node_rs256));
  CHECK(accepts(es256, set, vectors::node_es256));
  CHECK(accepts(eddsa, set, vectors::node_eddsa));
  CHECK(fault(hs256, set).find("no key for HS256") != std::string::npos);
  CHECK(fault(rs256, with(rsa_jwk, R"(,"alg":"RS256","use":"sig","key_ops":["verify"])")).empty());
  for (const char* other : {R"(,"alg":"PS256")", R"(,"alg":"RSA-OAEP")", R"(,"alg":7)", R"(,"use":"enc")",
                            R"(,"key_ops":["encrypt"])", R"(,"key_ops":"verify")"}) {
    INFO(other);
    CHECK(fault(rs256, with(rsa_jwk, other)).find("no key for RS256") != std::string::npos);
  }
  CHECK(fault(rs256, set_of({})).find("no key") != std::string::npos);
}

TEST_CASE("a JWK that is malformed, private or repeated is refused", "[parts]") {
  using enum jwt_algorithm;
  const auto x = std::string(vectors::ec_jwk_x), y = std::string(vectors::ec_jwk_y);
  const auto ec = [](const std::string& at_x, const std::string& at_y) {
    return jwk({{"kty", "EC"}, {"crv", "P-256"}, {"x", at_x}, {"y", at_y}});
  };
  CHECK(fault(es256, ec(y, x)).find("OpenSSL refuses") != std::string::npos);  // not on the curve
  CHECK(fault(es256, ec(x, y.substr(4))).find("OpenSSL refuses") != std::string::npos);
  CHECK(fault(es256, ec(x, y + "=")).find("OpenSSL refuses") != std::string::npos);
  CHECK_FALSE(fault(rs256, jwk({{"kty", "RSA"}, {"n", vectors::rsa_jwk_n}})).empty());
  CHECK(fault(rs256, jwk({{"kty", "RSA"}, {"n", vectors::rsa_jwk_n}, {"e", "AQ"}})).find("exponent") !=
        std::string::npos);
  CHECK(fault(rs256, jwk({{"kty", "RSA"}, {"n", vectors::rsa_jwk_n}, {"e", "AQAB"}, {"d", "AQAB"}}))
            .find("private") != std::string::npos);
  CHECK(fault(hs256, jwk({{"kty", "oct"}, {"k", "c2hvcnQ"}})).find("at least 32 bytes") != std::string::npos);
  CHECK(fault(rs256, set_of({rsa_jwk, rsa_jwk})).find("kid of its own") != std::string::npos);
  CHECK(fault(es256, set_of({ec_jwk, ec_jwk})).find("kid of its own") != std::string::npos);
  CHECK(fault(rs256, R"({"keys":{}})").find("array") != std::string::npos);
  CHECK(fault(rs256, R"({"keys":[1]})").find("objects") != std::string::npos);
  CHECK(fault(rs256, R"({"keys":[],"keys":[]})").find("repeated") != std::string::npos);
  CHECK(fault(es256, R"({"kty":"EC","kty":"EC"})").find("repeated") != std::string::npos);
  CHECK(fault(es256, ec_jwk.substr(0, ec_jwk.size() - 1) + R"(,"kid":7})").find("kid") != std::string::npos);
}
