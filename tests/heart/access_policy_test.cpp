#include "longpolld/heart/access_policy.hpp"

#include "support/catch.hpp"

#include <string>

using namespace longpolld;

namespace {

std::vector<category_pattern> patterns(std::initializer_list<std::string_view> texts) {
  std::vector<category_pattern> made;
  for (const auto text : texts) {
    made.push_back(category_pattern::parse(text, category_pattern::claims::allowed).value());
  }
  return made;
}

rights subscribing(std::initializer_list<std::string_view> texts) { return {patterns(texts), {}}; }

}  // namespace

TEST_CASE("what a rule allows of a category is as the table says", "[heart]") {
  struct row {
    std::string_view pattern, category;
    bool is_allowed;
  };
  const auto expected = GENERATE(
      row{"news", "news", true}, row{"news", "news.a", false}, row{"news", "newsx", false},
      row{"news", "NEWS", false}, row{"news.*", "news.a", true}, row{"news.*", "news.", true},
      row{"news.*", "news", false}, row{"news.*", "newsx", false}, row{"news.*", "news.a.b", true},
      row{"news.*", "NEWS.a", false}, row{"news.*", "news.*", true}, row{"news.\\*", "news.*", true},
      row{"news.\\*", "news.a", false}, row{"*", "anything/at all", true}, row{"*.log", "a.log", true},
      row{"*.log", "a.logs", false}, row{"a*c", "abbc", true}, row{"a*c", "ab", false},
      // The same to the eye is not the same name: composed and decomposed, and percent-encoded.
      row{"caf\u00e9", "cafe\u0301", false}, row{"caf\u00e9", "caf\u00e9", true}, row{"a.b", "a%2eb", false});
  CAPTURE(expected.pattern, expected.category);
  const auto may = subscribing({expected.pattern});
  CHECK(may.allow(right::subscribe, expected.category) == expected.is_allowed);
  CHECK_FALSE(may.allow(right::publish, expected.category));
}

TEST_CASE("a right to subscribe is none to publish, nor the other way round", "[heart]") {
  const rights may{patterns({"read"}), patterns({"written"})};
  CHECK(may.allow(right::subscribe, "read"));
  CHECK_FALSE(may.allow(right::publish, "read"));
  CHECK(may.allow(right::publish, "written"));
  CHECK_FALSE(may.allow(right::subscribe, "written"));
}

TEST_CASE("of several categories the first is named that neither the one who asks nor everyone may have",
          "[heart]") {
  const auto who = subscribing({"mine"}), everyone = subscribing({"public"});
  const auto refused = [&](std::initializer_list<std::string_view> categories) {
    return first_refused(who, everyone, right::subscribe, {categories.begin(), categories.size()});
  };
  CHECK_FALSE(refused({"mine", "public"}));
  CHECK(refused({"mine", "theirs", "others"}) == "theirs");
  CHECK(refused({"theirs", "mine"}) == "theirs");
  CHECK_FALSE(refused({}));
}

TEST_CASE("a claim is filled in as it is, and a rule whose claim is missing gives nothing", "[heart]") {
  const auto may = subscribing({"user.{sub}.*", "team.{team}", "news"});
  const auto alice = may.bound({{"sub", "alice"}});
  CHECK(alice.allow(right::subscribe, "user.alice.inbox"));
  CHECK_FALSE(alice.allow(right::subscribe, "user.bob.inbox"));
  CHECK_FALSE(alice.allow(right::subscribe, "team."));
  CHECK(alice.allow(right::subscribe, "news"));
  const auto star = may.bound({{"sub", "*"}});
  CHECK_FALSE(star.allow(right::subscribe, "user.bob.inbox"));
  CHECK(star.allow(right::subscribe, "user.*.inbox"));
  CHECK_FALSE(may.bound({{"sub", ""}}).allow(right::subscribe, "user..inbox"));
}

TEST_CASE("rights include others when they have each of their patterns, in any order", "[heart]") {
  const rights few{patterns({"a", "b.*"}), patterns({"c"})},
      more{patterns({"b.*", "x", "a"}), patterns({"c"})};
  CHECK(more.include(few));
  CHECK_FALSE(few.include(more));
  CHECK(few.include(few));
  CHECK_FALSE(rights{few.subscribe, {}}.include(few));
}
