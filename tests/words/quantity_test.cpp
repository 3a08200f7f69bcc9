#include "longpolld/words/quantity.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace longpolld;

namespace {

std::string read(std::string_view text, unit in) {
  const auto value = read_quantity(text, in);
  return value.fault.empty() ? std::to_string(value.value) : value.fault;
}

}  // namespace

TEST_CASE("a time is a number of seconds, or has its unit behind it", "[words]") {
  CHECK(read("30", unit::seconds) == "30");
  CHECK(read("30s", unit::seconds) == "30");
  CHECK(read("5m", unit::seconds) == "300");
  CHECK(read("2h", unit::seconds) == "7200");
  CHECK(read("3000ms", unit::seconds) == "3");
  CHECK(read("0ms", unit::seconds) == "0");
  CHECK(read("-5s", unit::seconds) == "-5");
}

TEST_CASE("a size is a number of bytes, or has its unit behind it", "[words]") {
  for (const auto in : {unit::bytes, unit::bytes_per_second}) {
    CHECK(read("1500", in) == "1500");
    CHECK(read("64KiB", in) == "65536");
    CHECK(read("256MiB", in) == "268435456");
    CHECK(read("1GiB", in) == "1073741824");
  }
}

TEST_CASE("an unknown unit, and a unit of another quantity, is refused", "[words]") {
  for (const auto* text :
       {"30S", "30sec", "30 s", "30KiB", "1d", "5m30s", "0x10", "1e3", "1.", "10+", "1."}) {
    CHECK(read(text, unit::seconds) == '"' + std::string(text) + "\" has no unit that fits");
  }
  for (const auto* text : {"64k", "64K", "64KB", "64kib", "1s", "1TiB"}) {
    CHECK(read(text, unit::bytes) == '"' + std::string(text) + "\" has no unit that fits");
  }
  for (const auto* text : {"5s", "5KiB", "5x"}) {
    CHECK(read(text, unit::count) == '"' + std::string(text) + "\" is not a whole number");
  }
  for (const auto* text : {"", "s", "-", "-s", "+5", " 5", "MiB"}) {
    CHECK(read(text, unit::seconds) == '"' + std::string(text) + "\" is not a number");
  }
}

TEST_CASE("a fraction is refused, as is a time that is not a whole number of seconds", "[words]") {
  CHECK(read("1.5h", unit::seconds) == "\"1.5h\" has a fraction; use a whole number of a smaller unit");
  CHECK(read("0,5MiB", unit::bytes) == "\"0,5MiB\" has a fraction; use a whole number of a smaller unit");
  CHECK(read("1.5", unit::count) == "\"1.5\" has a fraction");
  CHECK(read("500ms", unit::seconds) == "\"500ms\" is not a whole number of seconds");
  CHECK(read("1001ms", unit::seconds) == "\"1001ms\" is not a whole number of seconds");
}

TEST_CASE("a number that does not fit is refused, with its unit or without", "[words]") {
  const auto most = std::numeric_limits<std::int64_t>::max();
  CHECK(read(std::to_string(most), unit::bytes) == std::to_string(most));
  CHECK(read("9223372036854775808", unit::bytes).ends_with("is too large"));
  const auto kib = most / 1024;
  CHECK(read(std::to_string(kib) + "KiB", unit::bytes) == std::to_string(kib * 1024));
  CHECK(read(std::to_string(kib + 1) + "KiB", unit::bytes).ends_with("is too large"));
  CHECK(read("-" + std::to_string(kib + 2) + "KiB", unit::bytes).ends_with("is too large"));
  CHECK(read("99999999999999999h", unit::seconds).ends_with("is too large"));
}

TEST_CASE("what is shown for people is read as the same value", "[words]") {
  CHECK(show_quantity(268'435'456, unit::bytes) == "256MiB");
  CHECK(show_quantity(1LL << 40, unit::bytes) == "1024GiB");
  CHECK(show_quantity(1'500, unit::bytes) == "1500");
  CHECK(show_quantity(90, unit::seconds) == "90s");
  CHECK(show_quantity(0, unit::seconds) == "0");
  CHECK(show_quantity(1'024, unit::count) == "1024");
  for (const auto in : {unit::count, unit::seconds, unit::bytes, unit::bytes_per_second}) {
    for (const std::int64_t value :
         {0LL, 1LL, 60LL, 1'000LL, 1'024LL, 86'400LL, 1LL << 20, (1LL << 30) + 1}) {
      CHECK(read(show_quantity(value, in), in) == std::to_string(value));
    }
  }
}
