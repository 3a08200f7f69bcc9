#include "longpolld/process/client/since.hpp"

#include "support/catch.hpp"

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

using std::chrono::milliseconds;

std::string since(std::string_view text) {
  const auto read = read_since(text, std::chrono::sys_time<milliseconds>(1'000'000'000ms));
  return read ? *read : read.error().text;
}

std::string unix_milliseconds(std::string_view text) {
  const auto at = read_rfc3339(text);
  return at ? std::to_string(at->time_since_epoch().count()) : "none";
}

}  // namespace

TEST_CASE("--since is a time ago, all, now, unix milliseconds or a date and time", "[process]") {
  CHECK(since("now") == "");
  CHECK(since("all") == "0");
  CHECK(since("0") == "0");
  CHECK(since("1447218359843") == "1447218359843");
  CHECK(since("10m") == "999400000");
  CHECK(since("500ms") == "999999500");
  CHECK(since("2h") == "992800000");
  CHECK(since("0s") == "1000000000");
  CHECK(since("1970-01-02T00:00:00Z") == "86400000");
}

TEST_CASE("a time before 1970 means all that is kept", "[process]") {
  CHECK(since("10000h") == "0");
  CHECK(since("1969-12-31T23:59:59Z") == "0");
}

TEST_CASE("anything but a time is refused with what is allowed", "[process]") {
  for (const auto* bad : {"", "m", "ALL", "10d", "1.5h", "-10m", "-1", "10 m", "yesterday", "5mm",
                          "9223372036854775807h", "99999999999999999999", "2026-01-31"}) {
    CAPTURE(bad);
    CHECK(since(bad).starts_with('"' + std::string(bad) + "\" is not a time; allowed is 30s, 10m or 2h"));
  }
}

TEST_CASE("a date and time is read as RFC 3339 has it", "[process]") {
  CHECK(unix_milliseconds("1970-01-01T00:00:00Z") == "0");
  CHECK(unix_milliseconds("2015-11-11T05:05:59.843Z") == "1447218359843");
  CHECK(unix_milliseconds("2015-11-11t05:05:59.8439z") == "1447218359843");
  CHECK(unix_milliseconds("2015-11-11 05:05:59.8Z") == "1447218359800");
  CHECK(unix_milliseconds("2015-11-11T06:35:59+01:30") == "1447218359000");
  CHECK(unix_milliseconds("2015-11-10T21:05:59-08:00") == "1447218359000");
  CHECK(unix_milliseconds("2024-02-29T00:00:00Z") == "1709164800000");
  CHECK(unix_milliseconds("2016-12-31T23:59:60Z") == "1483228800000");  // a leap second
  for (const auto* bad : {"",
                          "2015-11-11",
                          "2015-11-11T05:05:59",
                          "2015-11-11T05:05Z",
                          "2015-02-29T00:00:00Z",
                          "2015-13-01T00:00:00Z",
                          "2015-00-01T00:00:00Z",
                          "2015-01-32T00:00:00Z",
                          "2015-01-01T24:00:00Z",
                          "2015-01-01T00:60:00Z",
                          "2015-01-01T00:00:61Z",
                          "2015-01-01T00:00:00.Z",
                          "2015-01-01T00:00:00+24:00",
                          "2015-01-01T00:00:00+01:60",
                          "2015-01-01T00:00:00+0100",
                          "2015-01-01T00:00:00Zx",
                          "15-01-01T00:00:00Z",
                          "2015-1-1T00:00:00Z",
                          "2015-01-01X00:00:00Z",
                          "+015-01-01T00:00:00Z",
                          "2015-01-01T-1:00:00Z"}) {
    CAPTURE(bad);
    CHECK(unix_milliseconds(bad) == "none");
  }
}
