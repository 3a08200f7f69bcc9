#include "longpolld/parts/category.hpp"

#include "support/catch.hpp"

#include <string>

using namespace longpolld;

TEST_CASE("a category is 1 to 1024 bytes of UTF-8", "[parts]") {
  CHECK(category_fault(""));
  CHECK_FALSE(category_fault("a"));
  CHECK_FALSE(category_fault(std::string(1024, 'a')));
  CHECK(category_fault(std::string(1025, 'a')));
  CHECK_FALSE(category_fault("Ställe/€ 👩‍🌾"));
  for (const char* text : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "a\x80"}) {
    CHECK(category_fault(text));
  }
}

TEST_CASE("a category has no control and no invisible characters", "[parts]") {
  using namespace std::string_view_literals;
  for (const auto text : {"a\0b"sv, "a\nb"sv, "\x7f"sv, "\xc2\x85"sv,
                          "\xe2\x80\xae"
                          "b"sv,
                          "\xe2\x80\x8b"sv, "\xef\xbb\xbfx"sv, "\xe2\x80\xa8"sv}) {
    CHECK(category_fault(text));
  }
}

TEST_CASE("the hash of names is SipHash-1-3", "[parts]") {
  // Test vectors of Rust's core library, whose hash maps use it.
  const std::array<std::uint64_t, 2> key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  CHECK(siphash_1_3(key, "") == 0xabac0158050fc4dcU);
  CHECK(siphash_1_3(key, std::string_view("\0", 1)) == 0xc9f49bf37d57ca93U);
  CHECK(siphash_1_3(key, "abcdefgh") != siphash_1_3(key, "abcdefgi"));
}
