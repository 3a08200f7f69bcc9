#include "longpolld/parts/json_walker.hpp"

#include "support/catch.hpp"

using namespace longpolld;

TEST_CASE("values are found as the bytes that came", "[parts]") {
  json_walker at(R"( { "a\"]" : [1, {"b":"}"} ] , "n":-1.50e2,"t" :true } )");
  REQUIRE(at.eat('{'));
  CHECK(at.value() == R"("a\"]")");
  CHECK(at.eat(':'));
  CHECK(at.value() == R"([1, {"b":"}"} ])");
  CHECK(at.eat(','));
  CHECK(at.value() == R"("n")");
  CHECK(at.eat(':'));
  CHECK(at.value() == "-1.50e2");
  CHECK(at.eat(','));
  CHECK(at.value() == R"("t")");
  CHECK(at.eat(':'));
  CHECK(at.value() == "true");
  CHECK(at.eat('}'));
  CHECK(at.peek() == '\0');
}

TEST_CASE("a string ends at the first quote that is not escaped", "[parts]") {
  for (const std::string_view text :
       {R"("")", R"("a")", R"("\"")", R"("\\")", R"("a\\\"b")", R"("a\\\\")", R"("a\"b\"")", R"("\"\\")"}) {
    const auto list = '[' + std::string(text) + R"(,"next"])";
    json_walker at(list);
    REQUIRE(at.eat('['));
    CHECK(at.value() == text);
    CHECK(at.eat(','));
    CHECK(at.value() == R"("next")");
  }
}

TEST_CASE("a JSON string means what its escapes say", "[parts]") {
  CHECK(json_text(R"("plain")") == "plain");
  CHECK(json_text(R"("a\"\\\n\u00e4")") == "a\"\\\nä");
}

TEST_CASE("half of a surrogate pair is found and replaced, a whole one and what only looks so is not",
          "[parts]") {
  for (const auto& [json, replaced] : std::vector<std::pair<std::string, std::string>>{
           {R"("\ud83d")", R"("\ufffd")"},
           {R"(["\uDE00\ud83d\uDE00","\ud83d\ud83d"])", R"(["\ufffd\ud83d\uDE00","\ufffd\ufffd"])"},
           {R"("\\\ud83dx\\ud83d")", R"("\\\ufffdx\\ud83d")"}}) {
    CHECK(has_lone_surrogate(json));
    CHECK(without_lone_surrogates(json) == replaced);
  }
  for (const std::string json : {"", "\\", "\\u", "\"\\ud83\"", "\"\\ud83x\"", "\"\\u-83d\"",
                                 "\"\\ud83d\\ude00\"", "\"\\\\ud83d\"", "\"\\ud7ff\\ue000\""}) {
    CHECK_FALSE(has_lone_surrogate(json));
    CHECK(without_lone_surrogates(json) == json);
  }
  CHECK(json_text(R"("a\ud83db")") ==
        "a\xef\xbf\xbd"
        "b");
}
