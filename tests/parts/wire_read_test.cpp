#include "longpolld/parts/wire_read.hpp"

#include "support/catch.hpp"

using namespace longpolld::wire;

TEST_CASE("a poll's reply is read with its events as the bytes that came", "[parts]") {
  const auto read = read_poll(
      R"({"events":[{"data": 1.0,"id":"a"},{"data":"]"}],"cursor":"c,d","gap":["x","y"],"warning":"odd \"one\""})");
  REQUIRE(read);
  CHECK(read->events == std::vector<std::string>{R"({"data": 1.0,"id":"a"})", R"({"data":"]"})"});
  CHECK((read->cursor == "c,d" && read->gap == R"(["x","y"])" && read->warning == "odd \"one\""));
  const auto none = read_poll(R"({"timeout":"no events before timeout","timestamp":1,"cursor":"c"})");
  REQUIRE(none);
  CHECK((none->events.empty() && none->gap.empty()));
}

TEST_CASE("anything but a reply of longpolld is refused", "[parts]") {
  for (const auto* text : {"", "<html>", "[]", "{}", R"({"cursor":1})", R"({"events":[],"cursor":"c")"}) {
    CHECK_FALSE(read_poll(text));
  }
  CHECK(read_poll(R"({"events":1,"cursor":"c"})")->events.empty());
  for (const auto* text : {"", "{}", R"({"events":1})", R"({"events":[1]})", R"({"events":[{"id":1}]})"}) {
    CHECK_FALSE(read_published(text));
  }
  for (const auto* text : {"", "{}", R"({"error":1})"}) CHECK_FALSE(read_error(text));
}

TEST_CASE("ids, failures and JSON itself are read", "[parts]") {
  CHECK(read_published(R"({"success":true,"events":[{"id":"a","timestamp":1},{"id":"b"}]})") ==
        std::vector<std::string>{"a", "b"});
  CHECK(read_error(R"({"error":"no"})") == "no");
  CHECK_FALSE(json_fault(R"({"a":[1]})"));
  for (const auto* text : {"", "nonsense", "1 2", "{", "1,\"category\":2"}) CHECK(json_fault(text));
}

TEST_CASE("an event with half of a surrogate pair is read as it came", "[parts]") {
  const auto read = read_poll(R"({"events":[{"data":"\ud83d"}],"cursor":"c","gap":["a"]})");
  REQUIRE(read);
  CHECK(read->events == std::vector<std::string>{R"({"data":"\ud83d"})"});
  CHECK_FALSE(json_fault(R"("\ud83d")"));
}
