#include "longpolld/http/read/chunked_body.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

struct verdict {
  int status = 0;  // 0 complete, -1 more needed
  std::string body;
  std::string rest;

  friend bool operator==(const verdict&, const verdict&) = default;
};

verdict decode(const std::vector<std::string>& segments, std::size_t body_max = 1000) {
  chunked_body chunks;
  verdict seen{-1, "", ""};
  for (const auto& segment : segments) {
    std::string_view bytes = segment;
    if (seen.status >= 0) {
      seen.rest += bytes;
      continue;
    }
    const auto fed = chunks.feed(bytes, seen.body, body_max);
    if (!fed) return {fed.error().status, "", ""};
    if (*fed == chunked_body::progress::complete) seen.status = 0;
    seen.rest = bytes;
  }
  return seen;
}

}  // namespace

TEST_CASE("chunks become the body and what follows is left", "[http]") {
  CHECK(decode({"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\nGET"}) == verdict{0, "hello world", "GET"});
  CHECK(decode({"0\r\n\r\n"}) == verdict{0, "", ""});
  CHECK(decode({"A;x=\"q\\\"\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"}).body == "0123456789");
}

TEST_CASE("the verdict does not depend on where the bytes are split", "[http]") {
  for (const std::string text :
       {"5\r\nhello\r\n0\r\n\r\n", "1;a=\"b\"\r\nA\r\n0\r\nX: y\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "0x1\r\n",
        "4\r\nSEE-THIS\r\n0\r\n\r\n", "5\r\r;ABCD\r\n34\r\nE\r\n0\r\n\r\n", "1 \r\nA\r\n0\r\n\r\n",
        "0\r\nbad trailer\r\n\r\n", "00000000000000000;a\r\n", "0\r\n\n"}) {
    const auto whole = decode({text});
    for (std::size_t cut = 1; cut < text.size(); ++cut)
      CHECK(decode({text.substr(0, cut), text.substr(cut)}) == whole);
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    CHECK(decode(bytes) == whole);
  }
}

TEST_CASE("the segments that stop Beast do not stop it", "[http]") {
  CHECK(decode({"0\r\n", "\r", "\n"}).status == 0);
}

TEST_CASE("a malformed chunk is refused", "[http]") {
  for (const char* text : {"0x1\r\n", "+1\r\n", "-1\r\n", "1_0\r\n", "\r\n", "Z\r\n", " 1\r\n", "1 \r\nA\r\n",
                           "1;a=\"\r\n", "1;a=\"x\x01\"\r\n", "1;\r\n", "ffffffffffffffff1\r\n",
                           "5\r\nhelloX", "0\r\n: x\r\n\r\n", "0\r\nX y\r\n\r\n", "0\r\nX: \x01\r\n\r\n"}) {
    CHECK(decode({text}).status == 400);
  }
}

TEST_CASE("a size line that can only be wrong is refused before it ends", "[http]") {
  for (const char* text : {"\r", "x", "5x", "5 x", "5 \r", "5\t5", "00000000000000000"}) {
    CHECK(decode({text}).status == 400);
  }
  for (const char* text : {"5", "5\r", "5 ", "5 ;", "5;x"}) CHECK(decode({text}).status == -1);
}

TEST_CASE("body, extensions and trailer have a largest size", "[http]") {
  CHECK(decode({"5\r\nhello\r\n0\r\n\r\n"}, 5).status == 0);
  CHECK(decode({"5\r\nhello\r\n1\r\nx\r\n"}, 5).status == 413);
  CHECK(decode({"ffffffffffffffff\r\n"}).status == 413);
  CHECK(decode({"1;" + std::string(100'000, 'a')}).status == 400);
  CHECK(decode({"0\r\nX: " + std::string(70'000, 'a')}).status == 400);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 1000; ++i) trailers += "X: y\r\n";
  CHECK(decode({trailers}).status == 400);
}
