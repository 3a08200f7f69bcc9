#include "longpolld/words/number.hpp"

#include "support/catch.hpp"

#include <cstdint>

using namespace longpolld;

TEST_CASE("a whole number is its digits and nothing else", "[words]") {
  CHECK(whole_number<int>("42") == 42);
  CHECK(whole_number<int>("007") == 7);
  CHECK(whole_number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
  for (const char* text : {"", "+1", "-1", " 1", "1 ", "1.0", "1e3", "0x1", "a"}) {
    CAPTURE(text);
    CHECK_FALSE(whole_number<int>(text));
  }
}

TEST_CASE("a number that does not fit is refused", "[words]") {
  CHECK(whole_number<std::uint16_t>("65535") == 65535);
  CHECK_FALSE(whole_number<std::uint16_t>("65536"));
  CHECK_FALSE(whole_number<std::uint64_t>("18446744073709551616"));
}

TEST_CASE("a sign is taken where it is asked for", "[words]") {
  CHECK(whole_number<int>("-5", true) == -5);
  CHECK_FALSE(whole_number<int>("+5", true));
  CHECK_FALSE(whole_number<int>("-", true));
}
