#include "longpolld/words/ascii.hpp"

#include "support/catch.hpp"

using namespace longpolld;

TEST_CASE("one line's end is taken off a text, and nothing else", "[words]") {
  CHECK(ascii::without_line_end("secret\n") == "secret");
  CHECK(ascii::without_line_end("secret\r\n") == "secret");
  CHECK(ascii::without_line_end("secret\n\n") == "secret\n");
  CHECK(ascii::without_line_end("secret\r") == "secret\r");
  CHECK(ascii::without_line_end(" secret ") == " secret ");
  CHECK(ascii::without_line_end("\n").empty());
  CHECK(ascii::without_line_end("").empty());
}
