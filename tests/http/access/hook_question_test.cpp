#include "longpolld/http/access/hook_question.hpp"

#include "support/catch.hpp"

#include <set>

using namespace longpolld;

namespace {

using fields = std::vector<hook_question::field>;
constexpr auto sub = right::subscribe;

hook_question of(std::vector<std::string> categories, fields forwarded, const char* client = "10.0.0.1",
                 right action = sub) {
  return {action, std::move(categories), std::move(forwarded), client};
}

}  // namespace

TEST_CASE("a question is a JSON object of action, categories and client", "[http]") {
  CHECK(hook_question(sub, {"b", "a", "b"}, {}, "203.0.113.9").body() ==
        R"({"action":"subscribe","categories":["a","b"],"client":"203.0.113.9"})");
  CHECK(hook_question(right::publish, {R"("],"client":"x\)"}, {}, "::1").body() ==
        R"({"action":"publish","categories":["\"],\"client\":\"x\\"],"client":"::1"})");
}

TEST_CASE("equal questions have one key, in whatever order their categories are named", "[http]") {
  CHECK(of({"a", "b"}, {{"Cookie", "x"}}).key() == of({"b", "a", "a"}, {{"Cookie", "x"}}).key());
}

TEST_CASE("different questions never share a key, however their parts are cut", "[http]") {
  const std::vector<hook_question> all = {
      of({"a"}, {}),
      of({"a"}, {}, "10.0.0.2"),
      of({"a"}, {}, "10.0.0.1", right::publish),
      of({"A"}, {}),
      of({"a", "b"}, {}),
      of({"ab"}, {}),
      of({"a,b"}, {}),
      of({"a\",\"b"}, {}),
      of({"a"}, {{"Cookie", ""}}),
      of({"a"}, {{"Cookie", "x"}}),
      of({"a"}, {{"Cookie", "x"}, {"Cookie", "x"}}),
      of({"a"}, {{"Cookie", "x"}, {"Cookie", "y"}}),
      of({"a"}, {{"Cookie", "y"}, {"Cookie", "x"}}),
      of({"a"}, {{"Cookie", "x, y"}}),
      of({"a"}, {{"Authorization", "x"}}),
      of({"a"}, {{"Cookie", "x"}, {"Authorization", "y"}}),
      of({"a"}, {{"Cookie", "xAuthorizationy"}}),
      of({"a"}, {{"Cookie", "x\nAuthorization: y"}}),
      of({"Cookie", "a", "x"}, {}),
      of({}, {{"Cookie", "x"}, {"a", ""}}),
  };
  std::set<sha256_digest> keys;
  for (const auto& one : all) keys.insert(one.key());
  CHECK(keys.size() == all.size());
}
