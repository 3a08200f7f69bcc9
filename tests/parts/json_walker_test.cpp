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
