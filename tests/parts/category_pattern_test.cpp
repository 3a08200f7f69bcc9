#include "longpolld/parts/category_pattern.hpp"

#include "support/catch.hpp"

#include <chrono>

using namespace longpolld;

namespace {

using claims = category_pattern::claims;

category_pattern pattern(std::string_view text, claims allowed = claims::none) {
  const auto read = category_pattern::parse(text, allowed);
  INFO(text);
  REQUIRE(read.has_value());
  return *read;
}

bool matches(std::string_view text, std::string_view category) { return pattern(text).matches(category); }

/// Whether an issuer's pattern matches for a token with these claims.
bool grants(std::string_view text, const claim_values& values, std::string_view category) {
  const auto bound = pattern(text, claims::allowed).bound(values);
  return bound && bound->matches(category);
}

std::string fault(std::string_view text, claims allowed = claims::none) {
  const auto read = category_pattern::parse(text, allowed);
  return read ? "" : read.error().text;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string repeated(std::string_view text, std::size_t times) {
  std::string made;
  while (times-- > 0) made += text;
  return made;
}

}  // namespace

TEST_CASE("a star stands for any characters, also none, also dots", "[parts]") {
  struct row {
    std::string_view pattern, category;
    bool matches;
  };
  const row table[] = {
      {"news", "news", true},
      {"news", "newsx", false},
      {"news", "new", false},
      {"news", "xnews", false},
      {"news.*", "news.a", true},
      {"news.*", "news.a.b", true},
      {"news.*", "news.", true},
      {"news.*", "news.*", true},
      {"news.*", "news", false},
      {"news.*", "newsx", false},
      {"news.*", "NEWS.a", false},
      {"news.*", "xnews.a", false},
      {"*", "anything at all", true},
      {"***", "a", true},
      {"*.log", "a.log", true},
      {"*.log", ".log", true},
      {"*.log", "a.log.b", false},
      {"*.log", "log", false},
      {"a*b*c", "abc", true},
      {"a*b*c", "aXbYc", true},
      {"a*b*c", "acb", false},
      {"a*b*c", "abcb", false},
      {"a*b*c", "abcbc", true},
      {"a*a", "a", false},
      {"a*a", "aa", true},
      {"*a*", "bab", true},
      {"*a*", "bbb", false},
      {"*ab*ab*", "xabab", true},
      {"*ab*ab*", "xaab", false},
      {"ab*ba", "aba", false},
      {"\xc3\xa4*", "\xc3\xa4\xc3\xb6", true},
      {"\xc3\xa4*", "\xc3\xb6", false},
  };
  for (const auto& one : table) {
    INFO(one.pattern << " on " << one.category);
    CHECK(matches(one.pattern, one.category) == one.matches);
  }
}

TEST_CASE("what a backslash stands before is itself", "[parts]") {
  CHECK(matches(R"(news.\*)", "news.*"));
  CHECK_FALSE(matches(R"(news.\*)", "news.a"));
  CHECK(matches(R"(a\\b)", R"(a\b)"));
  CHECK(matches(R"(a\\*)", R"(a\bc)"));
  CHECK_FALSE(matches(R"(a\\*)", "abc"));
  CHECK(matches(R"(\{sub\})", "{sub}"));
  CHECK(grants(R"(\{sub\})", {{"sub", "a"}}, "{sub}"));
  CHECK_FALSE(grants(R"(\{sub\})", {{"sub", "a"}}, "a"));
}

TEST_CASE("braces are themselves where there are no claims", "[parts]") {
  CHECK(matches("{sub}", "{sub}"));
  CHECK(matches("a}{*", "a}{b"));
  CHECK_FALSE(pattern("{sub}").has_claims());
  CHECK(pattern("{sub}", claims::allowed).has_claims());
}

TEST_CASE("a claim stands for its value, letter by letter", "[parts]") {
  CHECK(grants("user.{sub}.*", {{"sub", "alice"}}, "user.alice.inbox"));
  CHECK_FALSE(grants("user.{sub}.*", {{"sub", "alice"}}, "user.bob.inbox"));
  CHECK_FALSE(grants("user.{sub}.*", {{"sub", "alice"}}, "user.{sub}.inbox"));
  CHECK(grants("{team}/{sub}", {{"team", "red"}, {"sub", "7"}}, "red/7"));
  CHECK(grants("{https://example.org/team}", {{"https://example.org/team", "red"}}, "red"));
  CHECK(grants("news", {}, "news"));
}

TEST_CASE("a claim's value is never a pattern", "[parts]") {
  CHECK_FALSE(grants("user.{sub}", {{"sub", "*"}}, "user.alice"));
  CHECK(grants("user.{sub}", {{"sub", "*"}}, "user.*"));
  CHECK(grants("user.{sub}", {{"sub", R"(\*)"}}, R"(user.\*)"));
  CHECK(grants("{a}", {{"a", "{b}"}, {"b", "c"}}, "{b}"));
  CHECK_FALSE(grants("{a}", {{"a", "{b}"}, {"b", "c"}}, "c"));
}

TEST_CASE("a claim that is missing or empty matches nothing", "[parts]") {
  CHECK_FALSE(pattern("user.{sub}.*", claims::allowed).bound({}));
  CHECK_FALSE(pattern("user.{sub}.*", claims::allowed).bound({{"Sub", "a"}}));
  CHECK_FALSE(pattern("user.{sub}.*", claims::allowed).bound({{"sub", ""}}));
  CHECK_FALSE(pattern("{a}*{b}", claims::allowed).bound({{"a", "x"}}));
}

TEST_CASE("a claim's value may have dots, which only a separator other than a dot keeps apart", "[parts]") {
  CHECK(grants("user.{sub}.*", {{"sub", "a"}}, "user.a.b.inbox"));
  CHECK(grants("user.{sub}.*", {{"sub", "a.b"}}, "user.a.b.inbox"));
  CHECK_FALSE(grants("user.{sub}/*", {{"sub", "a"}}, "user.a.b/inbox"));
}

TEST_CASE("claims longer than any category's name match nothing and cost nothing", "[parts]") {
  const auto many = pattern(repeated("{a}", 600), claims::allowed);
  CHECK(many.bound({{"a", "x"}}));
  CHECK_FALSE(many.bound({{"a", "xy"}}));
  CHECK_FALSE(many.bound({{"a", std::string(8192, 'x')}}));
}

TEST_CASE("a pattern is refused with the column of what is wrong", "[parts]") {
  CHECK(fault("news.*").empty());
  CHECK(holds(fault(""), "must not be empty"));
  CHECK(holds(fault(R"(news.\x)"), "column 6"));
  CHECK(holds(fault(R"(news\)"), "column 5"));
  CHECK(holds(fault("\xc3\xa4\xc3\xb6\\x"), "column 3"));
  CHECK(holds(fault("a\xff"), "column 2: a pattern must be valid UTF-8"));
  CHECK(holds(fault("ab\n"), "column 3"));
  CHECK(holds(fault(std::string_view("a\0b", 3)), "column 2"));
  CHECK(holds(fault("a\xe2\x80\x8b"), "column 2"));
  CHECK(holds(fault("a{sub", claims::allowed), "column 2"));
  CHECK(holds(fault("a{{sub}", claims::allowed), "column 2"));
  CHECK(holds(fault("a{}", claims::allowed), "column 2: {} names no claim"));
  CHECK(holds(fault("{a\xff}", claims::allowed), "valid UTF-8"));
  CHECK(holds(fault("{\xc3\xa4}}", claims::allowed), "column 4: } without {"));
}

TEST_CASE("a pattern has at most 2048 bytes and 64 stars", "[parts]") {
  CHECK(fault(repeated("\\*", 1024)).empty());
  CHECK(matches(repeated("\\*", 1024), repeated("*", 1024)));
  CHECK(holds(fault(repeated("\\*", 1024) + "a"), "2048 bytes"));
  CHECK(fault(std::string(1024, 'a')).empty());
  CHECK(holds(fault(std::string(1025, 'a')), "no category is longer than 1024 bytes"));
  CHECK(fault(repeated("*a", 64)).empty());
  CHECK(fault(repeated("*", 2048)).empty());
  CHECK(holds(fault(repeated("*a", 65)), "column 129: a pattern must not have more than 64 stars"));
}

TEST_CASE("no pattern of stars takes long on any name", "[parts]") {
  const auto worst = pattern(repeated("*aaaaaaaaaaaaaab", 64));
  const auto halves = pattern("*" + std::string(511, 'a') + "b*");
  const std::string name(1024, 'a');
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 1'000; ++i) {
    CHECK_FALSE(worst.matches(name));
    CHECK_FALSE(halves.matches(name));
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("a name matches if one of several patterns does, and an empty list matches nothing", "[parts]") {
  const std::vector<category_pattern> some{pattern("a.*"), pattern("b")};
  CHECK(any_matches(some, "a.b"));
  CHECK(any_matches(some, "b"));
  CHECK_FALSE(any_matches(some, "c"));
  CHECK_FALSE(any_matches({}, "a"));
}
