#include "longpolld/words/utc_text.hpp"

#include "support/catch.hpp"

using namespace longpolld;

TEST_CASE("a time is written as RFC 3339 has it, in UTC", "[words]") {
  CHECK(utc_text(1'700'000'000'042) == "2023-11-14T22:13:20.042Z");
  CHECK(utc_text(951'868'799'999) == "2000-02-29T23:59:59.999Z");
  CHECK(utc_text(951'868'800'000) == "2000-03-01T00:00:00.000Z");
  CHECK(utc_text(0) == "1970-01-01T00:00:00.000Z");
  CHECK(utc_text(-1) == utc_text(0));
  CHECK(utc_text(unix_ms_end - 1) == "10889-08-02T05:31:50.655Z");
}
