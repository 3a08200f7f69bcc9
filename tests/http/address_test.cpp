#include "longpolld/http/address.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

std::string read(std::string_view text) {
  const auto at = parse_address(text);
  return at ? to_text(*at) : "none";
}

}  // namespace

TEST_CASE("an address is read in each of the forms in which people write host and port", "[http]") {
  CHECK(read("127.0.0.1:8080") == "127.0.0.1:8080");
  CHECK(read("0.0.0.0:80") == "0.0.0.0:80");
  CHECK(read("[::1]:8080") == "[::1]:8080");
  CHECK(read("localhost:0") == "127.0.0.1:0");
  CHECK(read("8080") == "127.0.0.1:8080");
  CHECK(read(":8080") == "[::]:8080");
  CHECK(read("*:8080") == "[::]:8080");
}

TEST_CASE("anything but an address is refused, and no name is looked up", "[http]") {
  for (const char* text : {"", ":", "a", "example.org:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                           "1:2:3", "127.0.0.1:+80", "127.0.0.1:80 ", "::1:80", "[127.0.0.1]:80", "[]:80",
                           "[*]:80", "[::1]", "-1", "*"}) {
    CAPTURE(text);
    CHECK(read(text) == "none");
  }
}
