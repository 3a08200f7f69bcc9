#include "longpolld/http/access/credentials.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

std::optional<credentials> found_in(const request& asked, const config& of = {}, bool is_foreign = false) {
  return find_credentials(asked, of, is_foreign).value();
}

std::string secret_of(std::string_view authorization) {
  request asked;
  asked.authorization = authorization;
  const auto found = found_in(asked);
  REQUIRE(found);
  return found->secret;
}

config with_cookie_and_query() {
  config of;
  of.token_cookie = "session";
  of.token_in_query = true;
  return of;
}

}  // namespace

TEST_CASE("Bearer is read whatever the scheme's case, and nothing else is taken for it", "[http]") {
  for (const auto* field : {"Bearer abc", "bearer abc", "BEARER   abc", "Bearer \tabc "}) {
    CHECK(secret_of(field) == "abc");
  }
  for (const auto* field :
       {"", "Bearer", "Bearer ", "Bearer\tabc", "Bearerabc", "abc", "Digest abc", "Token abc"}) {
    CHECK(secret_of(field).empty());
  }
}

TEST_CASE("Basic gives a key's name and its secret, which may hold colons", "[http]") {
  request asked;
  asked.authorization = "Basic YmFja2VuZDphOmI=";  // backend:a:b
  CHECK(found_in(asked)->user == "backend");
  CHECK(found_in(asked)->secret == "a:b");
  for (const auto* field : {"Basic", "Basic YmFja2VuZDphOmI", "Basic YmFja2VuZA==", "Basic !!!!",
                            "Basic YmFja2VuZDphOmJ=", "Basic ====", "Basic YTpi YTpi", "Basic YT-_"}) {
    CHECK(secret_of(field).empty());
  }
}

TEST_CASE("the field comes before the cookie, and the cookie before the query", "[http]") {
  const auto of = with_cookie_and_query();
  request asked;
  asked.query = "category=a&token=from-query";
  CHECK(found_in(asked, of)->secret == "from-query");
  asked.cookie = "session=from-cookie";
  CHECK(found_in(asked, of)->secret == "from-cookie");
  asked.authorization = "Bearer from-field";
  CHECK(found_in(asked, of)->secret == "from-field");
  asked.authorization = "Bearer";
  CHECK(found_in(asked, of)->secret.empty());
}

TEST_CASE("cookie and query count only where they are switched on", "[http]") {
  request asked;
  asked.query = "token=a";
  asked.cookie = "session=b";
  CHECK_FALSE(found_in(asked));
}

TEST_CASE("the cookie of a page that is not allowed does not count", "[http]") {
  request asked;
  asked.cookie = "session=a";
  CHECK(found_in(asked, with_cookie_and_query()));
  CHECK_FALSE(found_in(asked, with_cookie_and_query(), true));
}

TEST_CASE("a cookie is found by its exact name, the first of two", "[http]") {
  CHECK(find_cookie("a=1; session=x; b=2", "session") == "x");
  CHECK(find_cookie("session=x;session=y", "session") == "x");
  CHECK(find_cookie("session=\"x\"", "session") == "x");
  CHECK(find_cookie("session=", "session") == "");
  CHECK(find_cookie("session=a=b", "session") == "a=b");
  for (const auto* field : {"", "Session=x", "xsession=x", "session", "a=session=x", ";;;", "session x"}) {
    CHECK_FALSE(find_cookie(field, "session"));
  }
}

TEST_CASE("a token in the query is decoded, and two of them are refused", "[http]") {
  request asked;
  asked.query = "%74oken=a%2Eb";
  CHECK(found_in(asked, with_cookie_and_query())->secret == "a.b");
  asked.query = "token=a&token=a";
  const auto twice = find_credentials(asked, with_cookie_and_query(), false);
  REQUIRE(twice.has_error());
  CHECK(twice.error().text == "token must be given once");
  asked.query = "token=";
  CHECK(found_in(asked, with_cookie_and_query())->secret.empty());
}
