#include "longpolld/parts/json_object.hpp"

#include "support/catch.hpp"

#include <string>

using namespace longpolld;

TEST_CASE("an object that repeats a member is refused, however the member's name is escaped", "[parts]") {
  CHECK(read_unique(R"({"a":1,"b":{"c":1}})", 4));
  CHECK(read_unique("{}", 4));
  CHECK_FALSE(read_unique(R"({"a":1,"a":1})", 4));
  CHECK_FALSE(read_unique(R"({"a":1,"\u0061":2})", 4));
  CHECK_FALSE(read_unique(R"({"a\\":1,"b":"x}\"","a\\":2})", 4));
  std::string large = "{\"a0\":0";
  for (int i = 1; i < 100; ++i) large += ",\"a" + std::to_string(i) + "\":0";
  CHECK(read_unique(large + "}", 4));
  CHECK_FALSE(read_unique(large + ",\"a50\":1}", 4));
}

TEST_CASE("anything but an object, and an object nested too deep, is refused", "[parts]") {
  for (const std::string_view wrong :
       {"", "[]", "1", "null", "\"a\"", "{", "{}x", "{}{}", "{'a':1}", "{\"a\":1,}", "{\"a\":NaN}",
        "{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}", "\xef\xbb\xbf{}"}) {
    INFO(wrong);
    CHECK_FALSE(read_unique(wrong, 4));
  }
  CHECK(read_unique(R"({"a":[[[]]]})", 4));
  CHECK_FALSE(read_unique(R"({"a":[[[[]]]]})", 4));
  CHECK_FALSE(read_unique("{\"a\":" + std::string(10'000, '['), 4));
}

TEST_CASE("a member of an object is found as it came", "[parts]") {
  CHECK(member_of(R"({ "x" : {"b":1} , "a" : [1, 2] })", "a") == "[1, 2]");
  CHECK(member_of(R"({"\u0061":{"a":"}"}})", "a") == R"({"a":"}"})");
  CHECK(member_of(R"({"x":{"a":1}})", "a").empty());
  const auto read = read_unique(R"({"a":"b","c":1})", 4);
  REQUIRE(read.has_value());
  CHECK(text_of(*read, "a") == "b");
  CHECK_FALSE(text_of(*read, "c"));
  CHECK_FALSE(text_of(*read, "d"));
}
