#include "longpolld/http/access/hook_answer.hpp"

#include "support/catch.hpp"

using namespace longpolld;
using namespace std::chrono_literals;
using kind = hook_verdict::kind;
using seconds = std::optional<std::chrono::seconds>;

namespace {

const hook_question two(right::subscribe, {"b", "a"}, {}, "::1");

hook_verdict of(int status, const std::string& body = "") {
  return judge({status, "", body, true}, two).verdict;
}

seconds kept(const char* cache_control, int status = 200) {
  return judge({status, cache_control, "", true}, two).keep;
}

}  // namespace

TEST_CASE("200 with an empty body, or an object that says nothing of allow, allows", "[http]") {
  for (const char* body : {"", "{}", R"({"deny":["a"],"user":{"id":1}})", " {} \r\n"})
    CHECK(of(200, body).what == kind::allowed);
}

TEST_CASE("a list allows the question when all that it names is in it", "[http]") {
  CHECK(of(200, R"({"allow":["c","b","a","a"]})").what == kind::allowed);
  const std::vector<std::string_view> named{"b", "a"};
  const auto some = of(200, R"({"allow":["b"]})");
  CHECK(some.what == kind::forbidden);
  CHECK(some.what == kind::forbidden);
  CHECK(some.first_refused(two, named) == "a");
  CHECK(of(200, R"({"allow":[]})").first_refused(two, named) == "b");
  CHECK(of(403).first_refused(two, named) == "b");
  CHECK(of(200, R"({"allow":["A","b"]})").what == kind::forbidden);
}

TEST_CASE("401 and 403 are passed on, whatever their body", "[http]") {
  CHECK(of(401, "<html>").what == kind::unauthorized);
  CHECK(of(403, R"({"allow":["a","b"]})").what == kind::forbidden);
}

TEST_CASE("any other status is unavailable", "[http]") {
  for (const int status :
       {100, 101, 199, 201, 202, 204, 206, 301, 302, 304, 307, 400, 402, 404, 429, 500, 503, 999}) {
    CHECK(of(status, "{}").what == kind::unavailable);
    CHECK(of(status).what == kind::unavailable);
  }
}

TEST_CASE("200 with a body that is no JSON object, or lies about allow, is unavailable", "[http]") {
  for (const char* body : {"<!doctype html><title>Sign in</title>",
                           "OK",
                           " ",
                           "\n",
                           "null",
                           "true",
                           "[]",
                           R"(["a"])",
                           R"("a")",
                           "{",
                           R"({"allow":["a","b"]})"
                           "x",
                           R"({"allow":"a"})",
                           R"({"allow":null})",
                           R"({"allow":true})",
                           R"({"allow":{"a":1}})",
                           R"({"allow":["a","b",1]})",
                           R"({"allow":["a","b",null]})",
                           R"({"allow":[["a"],"b"]})",
                           R"({"allow":["a","b"],"allow":["a","b"]})",
                           R"({"allow":[],"\u0061llow":["a","b"]})",
                           "\xef\xbb\xbf{}",
                           "{\"allow\":[\"a\",\"b\",\"\xff\"]}",
                           "{\"x\":\"\xc0\xae\"}",
                           R"({"x":[[[[[[[[[[[[1]]]]]]]]]]]]})"}) {
    INFO(body);
    CHECK(of(200, body).what == kind::unavailable);
  }
  CHECK(of(200, std::string("{}\0", 3)).what == kind::unavailable);
}

TEST_CASE("an empty body of no known length may be one cut off, and allows nothing", "[http]") {
  CHECK(judge({200, "", "", false}, two).verdict.what == kind::unavailable);
  CHECK(judge({200, "", "{}", false}, two).verdict.what == kind::allowed);
  CHECK(judge({401, "", "", false}, two).verdict.what == kind::unauthorized);
}

TEST_CASE("Cache-Control says how long an answer counts; in doubt shorter", "[http]") {
  CHECK(kept("") == seconds());
  CHECK(kept("private, must-revalidate") == seconds());
  CHECK(kept("max-age=5") == 5s);
  CHECK(kept("Private , MAX-AGE = \"7\"") == 7s);
  CHECK(kept("max-age=5", 401) == 5s);
  CHECK(kept("max-age=5", 403) == 5s);
  CHECK(kept("max-age=5", 500) == seconds());
  CHECK(kept("s-maxage=5") == seconds());
  for (const char* none :
       {"no-store", "No-Cache", "max-age=0", "max-age", "max-age=", "max-age=-1", "max-age=1x",
        "max-age=60, no-store", "no-cache=\"Set-Cookie\"", "max-age=9, max-age=0"}) {
    INFO(none);
    CHECK(kept(none) == 0s);
  }
  CHECK(kept("max-age=99999999999999999999") >= 24h);
  CHECK(kept("max-age=60, max-age=5") == 5s);
}
