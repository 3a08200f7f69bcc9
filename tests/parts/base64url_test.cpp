#include "longpolld/parts/base64url.hpp"

#include "support/catch.hpp"

using namespace longpolld;

TEST_CASE("base64url is that of RFC 4648, without padding", "[parts]") {
  const std::pair<std::string_view, std::string_view> published[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
  for (const auto& [bytes, text] : published) {
    CHECK(to_base64url(bytes) == text);
    CHECK(from_base64url(text) == bytes);
  }
}

TEST_CASE("all bytes survive base64url, at every length", "[parts]") {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    CHECK(from_base64url(to_base64url(bytes)) == bytes);
    bytes += static_cast<char>(i);
  }
}

TEST_CASE("base64url has one spelling: no padding, white space, other letters or bits left over", "[parts]") {
  for (const std::string_view wrong : {"Zg==", "Zg=", "Zm9v ", " Zm9v", "Zm\n9v", "+//+", "-__/", "Zh", "Zm9",
                                       "Zm9vYh", "A", "AAAAA", "Zm9v.", "Zm9\xc3\xa4", "=", "Zm9v\r\n"}) {
    INFO(wrong);
    CHECK_FALSE(from_base64url(wrong));
  }
  CHECK_FALSE(from_base64url(std::string_view("Zm9\0", 4)));
}
