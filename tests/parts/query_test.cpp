#include "longpolld/parts/query.hpp"

#include "support/catch.hpp"

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

const std::string id = "0191b3a2-77f0-7abc-8def-0123456789ab";

subscribe_query good(const std::string& text) {
  const auto read = parse_query(text, config{});
  INFO(text);
  REQUIRE(read.has_value());
  return *read;
}

std::string refused(const std::string& text) {
  const auto read = parse_query(text, config{});
  INFO(text);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().status == 400);
  return read.error().text;
}

std::string without_tokens(std::string_view query) {
  std::string made = "what it was";
  assign_without_tokens(made, query);
  return made;
}

}  // namespace

TEST_CASE("a category is required, repeated up to 32 times and each once", "[parts]") {
  CHECK(good("category=farm").categories == decltype(subscribe_query::categories){"farm"});
  std::string many = "category=c0";
  for (int i = 1; i < 32; ++i) many += "&category=c" + std::to_string(i);
  CHECK(good(many).categories.size() == 32);
  CHECK(refused(many + "&category=x").find("32") != std::string::npos);
  CHECK(refused("").find("category") == 0);
  CHECK(refused("category=").find("category") == 0);
  CHECK(refused("category=a&category=a").find("twice") != std::string::npos);
  CHECK(refused("category=" + std::string(1025, 'a')).find("1024") != std::string::npos);
}

TEST_CASE("values are percent-decoded, a plus is a space and a semicolon is data", "[parts]") {
  CHECK(good("category=a+b").categories[0] == "a b");
  CHECK(good("category=a%20b").categories[0] == "a b");
  CHECK(good("category=a%2Bb").categories[0] == "a+b");
  CHECK(good("category=a;timeout=1").categories[0] == "a;timeout=1");
  for (const char* text : {"%00", "%0d%0aX:%20y", "%ff", "%", "%z", "%zz", "%u0041", "%c0%ae", "%2"}) {
    refused("category=" + std::string(text));
  }
}

TEST_CASE("a timeout is whole seconds within the limit", "[parts]") {
  CHECK(good("category=a").timeout == 30s);
  CHECK(good("category=a&timeout=1").timeout == 1s);
  CHECK(good("category=a&timeout=120").timeout == 120s);
  for (const char* text :
       {"0", "-1", "121", "abc", "1.5", "1e1", "99999999999999999999", "%205", "%2B5", "0x5", ""}) {
    CHECK(refused("category=a&timeout=" + std::string(text)).find("timeout") == 0);
  }
  CHECK(refused("category=a&timeout=5&timeout=6").find("once") != std::string::npos);
}

TEST_CASE("since_time is unix milliseconds that fit an id", "[parts]") {
  CHECK(good("category=a&since_time=0").since_time == 0);
  CHECK_FALSE(good("category=a&since_time=").since_time);
  CHECK(good("category=a&since_time=281474976710655").since_time == unix_ms_end - 1);
  for (const char* text : {"abc", "1.5", "9223372036854775808", "281474976710656", "+1", "%2B1"}) {
    CHECK(refused("category=a&since_time=" + std::string(text)).find("since_time") == 0);
  }
}

TEST_CASE("a since_time before 1970, as Go's zero time, asks for all that is kept", "[parts]") {
  for (const char* text : {"-6795364578871", "-1", "-0", "-00", "-9223372036854775808"}) {
    CHECK(good("category=a&since_time=" + std::string(text)).since_time == 0);
  }
  for (const char* text : {"-", "--1", "-1.5", "-1x", "- 1", "-0x1", "-+1"}) {
    CHECK(refused("category=a&since_time=" + std::string(text)).find("since_time") == 0);
  }
}

TEST_CASE("last_id is a UUID for one category", "[parts]") {
  CHECK(good("category=a&last_id=" + id).last_id);
  CHECK_FALSE(good("category=a&last_id=").last_id);
  CHECK(refused("category=a&last_id=null").find("last_id") == 0);
  CHECK(refused("category=a&category=b&last_id=" + id).find("last_id") == 0);
}

TEST_CASE("a category that has joined since has an empty place in the cursor", "[parts]") {
  const auto late = good("category=a&category=b&cursor=" + id + ",");
  REQUIRE(late.cursor.size() == 2);
  CHECK((late.cursor[0] != no_position && late.cursor[1] == no_position));
  CHECK(good("category=a&category=b&cursor=," + id).cursor[0] == no_position);
  CHECK(good("category=a&category=b&cursor=,").cursor.size() == 2);
}

TEST_CASE("a cursor has one id of ours for each category", "[parts]") {
  CHECK(good("category=a&cursor=" + id).cursor.size() == 1);
  CHECK(good("category=a&category=b&cursor=" + id + "," + id).cursor.size() == 2);
  CHECK(good("category=a&cursor=").cursor.empty());
  refused("category=a&category=b&cursor=" + id);
  refused("category=a&category=b&cursor=,," + id);
  refused("category=a&cursor=" + id + ",");
  refused("category=a&cursor=," + id);
  refused("category=a&cursor=d0ee6ba0-8c7c-4d4f-9b4b-1d3c5b6a7f00");
}

TEST_CASE("the suffix of a timeout's cursor means nothing, behind whichever id it comes", "[parts]") {
  const auto plain = good("category=a&category=b&cursor=" + id + "," + id).cursor;
  for (const char* text : {"~1,", ",", "~ffffffffffffffff,", "%7E1,"}) {
    CHECK(good("category=a&category=b&cursor=" + id + text + id + "~a").cursor == plain);
  }
  for (const char* text : {"~", "~~1", "~1~1", "~G", "~12345678901234567", "~1 "}) {
    CHECK(refused("category=a&cursor=" + id + text).find("cursor") == 0);
  }
  refused("category=a&cursor=~1");
}

TEST_CASE("a cache may keep what begins with a cursor, events of what begins with a time, nothing of now",
          "[parts]") {
  const auto kept = [](const std::string& more) { return cacheable_of(good("category=a" + more), 1000); };
  CHECK(kept("&cursor=" + id) == cacheable::all);
  CHECK(kept("&since_time=2000&last_id=" + id + "&cursor=" + id) == cacheable::all);
  CHECK(kept("&category=b&cursor=" + id + "," + id + "~1") == cacheable::all);
  CHECK(kept("&since_time=0") == cacheable::events);
  CHECK(kept("&since_time=1000") == cacheable::events);
  CHECK(kept("&category=b&since_time=5&cursor=" + id + ",") == cacheable::events);
  CHECK(kept("") == cacheable::none);
  CHECK(kept("&cursor=") == cacheable::none);
  CHECK(kept("&category=b&cursor=" + id + ",") == cacheable::none);
  CHECK(kept("&since_time=1001") == cacheable::none);
  CHECK(kept("&last_id=" + id) == cacheable::none);
  CHECK(kept("&since_time=5&last_id=" + id) == cacheable::none);
}

TEST_CASE("unknown parameters are ignored, but two thousand of them are refused", "[parts]") {
  CHECK(good("foo=1&category=a&bar").categories[0] == "a");
  std::string many = "category=a";
  for (int i = 0; i < 2000; ++i) many += "&x=1";
  refused(many);
}

TEST_CASE("a parameter is found by its decoded name and must be given once", "[parts]") {
  CHECK(query_parameter("a=1&b=2", "b").value() == "2");
  CHECK(query_parameter("a=1&%62=%32", "b").value() == "2");
  CHECK_FALSE(query_parameter("a=1", "b").value());
  CHECK(query_parameter("b", "b").value() == "");
  CHECK(query_parameter("b=1&b=1", "b").error().text == "b must be given once");
  CHECK(query_parameter("%zz=1", "b").has_error());
}

TEST_CASE("a log line shows no token of a query, however its name is spelt", "[parts]") {
  CHECK(without_tokens("category=a&token=secret&x=1") == "category=a&token=...&x=1");
  CHECK(without_tokens("%74oke%6e=secret") == "%74oke%6e=...");
  CHECK(without_tokens("token=a&token=b&") == "token=...&token=...&");
  CHECK(without_tokens("TOKEN=a&+token=b&x;token=c&my_tokens=d") ==
        "TOKEN=...&+token=...&x;token=...&my_tokens=...");
  CHECK(without_tokens("tok=a&Token&token&=&%7a=1") == "tok=a&Token&token&=&%7a=1");
  CHECK(without_tokens("%zz%74oken=secret&%=&%") == "%zz%74oken=...&%=...&%");
  CHECK(without_tokens("").empty());
}
