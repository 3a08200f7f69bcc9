#include "longpolld/parts/jwt.hpp"

#include "parts/jwt_fixture.hpp"

#include <chrono>

using namespace longpolld;

TEST_CASE("a token's strings and whole numbers are its claims", "[parts]") {
  const auto made = look(with_claims(
      R"("sub":"al\u00efce","n":7,"big":18446744073709551615,"minus":-3,"empty":"","half":0.5,"yes":true,"no":null,"list":["a"],"in":{"a":"b"})"));
  REQUIRE(made.has_value());
  CHECK(made->claims == claim_values{{"exp", "1800000060"},
                                     {"sub",
                                      "al\xc3\xaf"
                                      "ce"},
                                     {"n", "7"},
                                     {"big", "18446744073709551615"},
                                     {"minus", "-3"},
                                     {"empty", ""}});
  CHECK(made->expires == now + 65'000);
}

TEST_CASE("a token without a signature is refused, however none is spelled", "[parts]") {
  for (const std::string none : {"none", "None", "NONE", "nOnE", ""}) {
    const auto text =
        to_base64url(R"({"alg":")" + none + R"("})") + '.' + to_base64url(R"({"exp":1900000000})") + '.';
    CHECK(fault(text) == bad_header);
    CHECK(fault(signed_as(R"({"alg":")" + none + R"("})", R"({"exp":1900000000})")) == bad_header);
    CHECK_FALSE(algorithm_of(text));
  }
  for (const char* header :
       {"{}", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":256})", R"({"alg":"hs256"})"}) {
    CHECK(fault(signed_as(header, R"({"exp":1900000000})")) == bad_header);
  }
  const auto whole = with_claims("");
  CHECK(fault(whole.substr(0, whole.rfind('.') + 1)) == bad_signature);
}

TEST_CASE("exp is required, and a date from 0 to 2^53", "[parts]") {
  CHECK(fault(signed_as(hs256_header, R"({"sub":"a"})")) == "the token has no exp");
  for (const char* wrong :
       {"\"1900000000\"", "-1", "-0.5", "1e400", "-1e400", "9223372036854775808", "9007199254740993",
        "9007199254740994.0", "1e16", "null", "true", "[1900000000]", "{}"}) {
    INFO(wrong);
    const auto why = fault(with_claims("", wrong));
    // 1e400 is refused as JSON or as a date.
    CHECK((why == "the token's exp is not a date" || why == bad_claims));
  }
  for (const char* right : {"9007199254740992", "1900000000.5", "1.9e9", "1900000000"}) {
    INFO(right);
    CHECK(fault(with_claims("", right)).empty());
  }
  // Late enough for ever, and what is left until then fits every clock.
  CHECK(look(with_claims("", "9007199254740992"))->expires == unix_ms_end + 5000);
}

TEST_CASE("a token ends with its exp and the leeway, to the millisecond", "[parts]") {
  const jwt_rules strict{.leeway_seconds = 0};
  CHECK(fault(with_claims("", std::to_string(now_seconds - 1)), strict) == "the token has expired");
  CHECK(fault(with_claims("", std::to_string(now_seconds)), strict) == "the token has expired");
  CHECK(fault(with_claims("", std::to_string(now_seconds) + ".001"), strict).empty());
  CHECK(fault(with_claims("", std::to_string(now_seconds + 1)), strict).empty());
  CHECK(fault(with_claims("", std::to_string(now_seconds - 4))).empty());
  CHECK(fault(with_claims("", std::to_string(now_seconds - 5))) == "the token has expired");
  CHECK(fault(with_claims("", "0")) == "the token has expired");
}

TEST_CASE("a token from the future is refused, beyond the leeway", "[parts]") {
  for (const std::string name : {"nbf", "iat"}) {
    const auto at = [&](std::int64_t seconds) {
      return with_claims('"' + name + "\":" + std::to_string(seconds));
    };
    CHECK(fault(at(now_seconds)).empty());
    CHECK(fault(at(now_seconds + 5)).empty());
    CHECK(fault(at(now_seconds + 6)) == "the token is not valid yet");
    CHECK(fault(at(now_seconds + 1), {.leeway_seconds = 0}) == "the token is not valid yet");
    for (const char* wrong : {"\"0\"", "null", "-1", "true"}) {
      CHECK(fault(with_claims('"' + name + "\":" + wrong)) == "the token's nbf or iat is not a date");
    }
  }
}

TEST_CASE("issuer and audience are asked for where the rules name them", "[parts]") {
  const jwt_rules site{.issuer = "https://example.org"};
  CHECK(fault(with_claims(R"("iss":"https://example.org")"), site).empty());
  for (const char* wrong :
       {"", R"("iss":"https://example.org/")", R"("iss":["https://example.org"])", R"("iss":null)",
        R"("iss":"HTTPS://EXAMPLE.ORG")", R"("iss":"https://example.org\u0000")"}) {
    CHECK(fault(with_claims(wrong), site) == "the token is of another issuer");
  }
  const jwt_rules ours{.audience = "longpolld"};
  for (const char* right :
       {R"("aud":"longpolld")", R"("aud":["longpolld"])", R"("aud":["other","longpolld"])"}) {
    CHECK(fault(with_claims(right), ours).empty());
  }
  for (const char* wrong :
       {"", R"("aud":"other")", R"("aud":"")", R"("aud":[])", R"("aud":["other"])",
        R"("aud":[7,"longpolld"])", R"("aud":{"longpolld":1})", R"("aud":null)", R"("aud":"longpolld ")"}) {
    CHECK(fault(with_claims(wrong), ours) == "the token is for another audience");
  }
  CHECK(fault(with_claims(R"("iss":"any","aud":"any")")).empty());
}

TEST_CASE("text that is no token is refused", "[parts]") {
  for (const std::string_view wrong :
       {"", ".", "..", "...", "a", "a.b", "a.b.c", "eyJhbGciOiJIUzI1NiJ9", "null", "\xff\xff.\xff.\xff"}) {
    CHECK_FALSE(look(wrong).has_value());
    CHECK_FALSE(algorithm_of(wrong));
  }
  CHECK(fault("abc") == no_jwt);
  CHECK(fault("a.b") == no_jwt);
}

TEST_CASE("what a header asks for and is not understood is refused, where to find keys is ignored",
          "[parts]") {
  const auto with = [](const std::string& more) {
    return signed_as(R"({"alg":"HS256",)" + more + "}", R"({"exp":1900000000})");
  };
  for (const char* wrong :
       {R"("crit":["x"])", R"("crit":[])", R"("crit":["exp"],"exp":1)", R"("b64":false)", R"("b64":true)",
        R"("zip":"DEF")", R"("alg":"HS256")", R"("\u0061lg":"none")", R"("typ":"JWT","typ":"JWT")"}) {
    INFO(wrong);
    CHECK(fault(with(wrong)) == bad_header);
  }
  for (const char* right :
       {R"("typ":"JWT")", R"("jku":"http://127.0.0.1/keys")", R"("x5u":"file:///etc/passwd")",
        R"("jwk":{"kty":"oct","k":"AAAA"})", R"("x5c":["AAAA"],"cty":"x")"}) {
    INFO(right);
    CHECK(fault(with(right)).empty());
  }
}

TEST_CASE("claims that are repeated or no object are refused", "[parts]") {
  CHECK(fault(with_claims(R"("sub":"a","sub":"b")")) == bad_claims);
  CHECK(fault(with_claims(R"("sub":"a","\u0073ub":"a")")) == bad_claims);
  CHECK(fault(with_claims(R"("exp":1900000000)")) == bad_claims);
  for (const char* wrong :
       {"", "[]", "1", "\"a\"", "{", "{\"exp\":1900000000}x", "{\"exp\":1900000000,\"a\":\"\xff\"}"}) {
    CHECK(fault(signed_as(hs256_header, wrong)) == bad_claims);
  }
  CHECK(fault(with_claims("\"a\":" + std::string(7, '[') + std::string(7, ']'))).empty());
  CHECK(fault(with_claims("\"a\":" + std::string(8, '[') + std::string(8, ']'))) == bad_claims);
}

TEST_CASE("a token is at most 8 KiB, and one made to be slow is refused at once", "[parts]") {
  std::string claim = R"("a":")";
  auto token = with_claims(claim + std::string(6000, 'a') + '"');
  const auto fits = [&](std::size_t bytes) { return with_claims(claim + std::string(bytes, 'a') + '"'); };
  std::size_t bytes = 6000;
  while (fits(bytes + 1).size() <= token_bytes_max) ++bytes;
  CHECK(fault(fits(bytes)).empty());
  CHECK(fault(fits(bytes + 2)) == no_jwt);
  const auto began = std::chrono::steady_clock::now();
  CHECK(fault(signed_as(std::string(65536, ' ') + std::string(hs256_header), R"({"exp":1900000000})")) ==
        no_jwt);
  CHECK(fault(with_claims("\"a\":" + std::string(10'000, '['))) == no_jwt);
  CHECK(fault(with_claims("\"a\":" + std::string(5'000, '['))) == bad_claims);
  CHECK(fault(signed_as(R"({"alg":)" + std::string(5'000, '['), "{}")) == bad_header);
  CHECK(fault(std::string(8192, '.')) == bad_header);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(1));
}

TEST_CASE("a token's own rules count only where its issuer may say them", "[parts]") {
  const auto token = with_claims(R"("longpolld":{"subscribe":["user.7.*","a"],"publish":["chat"]})");
  const auto plain = look(token);
  REQUIRE(plain.has_value());
  CHECK(plain->subscribe.empty());
  CHECK(plain->publish.empty());
  const auto own = look(token, {.own_rules = true});
  REQUIRE(own.has_value());
  CHECK(own->subscribe == std::vector<std::string>{"user.7.*", "a"});
  CHECK(own->publish == std::vector<std::string>{"chat"});
  CHECK(own->claims.count("longpolld") == 0);
  const auto none = look(with_claims(""), {.own_rules = true});
  REQUIRE(none.has_value());
  CHECK(none->subscribe.empty());
  CHECK(look(with_claims(R"("longpolld":{})"), {.own_rules = true}).has_value());
  CHECK(look(with_claims(R"("longpolld":{"subscribe":[],"more":1})"), {.own_rules = true}).has_value());
}

TEST_CASE("own rules that are malformed are refused", "[parts]") {
  for (const std::string wrong :
       {"null", "[]", "\"*\"", R"({"subscribe":"*"})", R"({"subscribe":[7]})", R"({"publish":[""]})",
        R"({"publish":["a\\n"]})", R"({"publish":["a\n"]})", R"({"publish":null})", R"({"publish":[["a"]]})",
        R"({"subscribe":["a"],"subscribe":["*"]})"}) {
    INFO(wrong);
    const auto token = with_claims("\"longpolld\":" + wrong);
    CHECK(fault(token).empty());
    CHECK(fault(token, {.own_rules = true}) ==
          "the token's claim longpolld is not an object with lists of patterns");
  }
  // Braces are no claims there.
  CHECK(look(with_claims(R"("longpolld":{"publish":["{sub}"]})"), {.own_rules = true})->publish.front() ==
        "{sub}");
}
