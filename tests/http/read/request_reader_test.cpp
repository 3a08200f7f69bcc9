#include "longpolld/http/read/request_reader.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace longpolld;

namespace {

using found = request_reader::found;

/// What a stream comes to, however it is split: "GET /a []", or the status it is refused with.
struct reading {
  config limits;
  request_parser parser;
  unread_requests held;
  std::vector<std::string> seen;

  void feed(std::string_view segment, bool keeps = true) {
    request_reader reader(parser, limits, std::move(held), segment);
    for (;;) {
      const auto now = reader.next();
      if (!now) {
        seen.push_back(std::to_string(now.error().status));
        return;
      }
      if (*now == found::nothing) break;
      if (*now == found::head) reader.keep_body(keeps);
      if (*now != found::whole) continue;
      seen.push_back(std::string(reader.head().path) + " [" + std::string(reader.body()) + "]");
    }
    held = reader.release();
  }
};

const std::string stream =
    "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
    "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    "\r\nPOST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
    "POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    "GET /e HTTP/1.1\r\nHost: x\r\n\r\n";
const std::vector<std::string> expected = {"/a []", "/b [abc]", "/c [def]", "/d []", "/e []"};

}  // namespace

TEST_CASE("a stream is read as the same requests however it is split", "[http]") {
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    reading one;
    for (std::size_t at = 0; at < stream.size(); at += size)
      one.feed(std::string_view(stream).substr(at, size));
    INFO(size);
    CHECK(one.seen == expected);
    CHECK(one.held.is_empty());
  }
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    reading one;
    one.feed(std::string_view(stream).substr(0, at));
    one.feed(std::string_view(stream).substr(at));
    INFO(at);
    CHECK(one.seen == expected);
  }
}

TEST_CASE("a body that is not kept is discarded as it comes, and what follows it is read", "[http]") {
  for (std::size_t size : {1U, 7U, 1000U}) {
    reading one;
    for (std::size_t at = 0; at < stream.size(); at += size) {
      one.feed(std::string_view(stream).substr(at, size), false);
      CHECK(one.held.body.empty());
    }
    CHECK(one.seen.size() == expected.size());
    CHECK(one.seen.back() == "/e []");
  }
}

TEST_CASE("a head is judged before its body, and skipped when it has none", "[http]") {
  const config limits;
  request_parser parser;
  request_reader reader(parser, limits, {},
                        "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(*reader.next() == found::head);
  CHECK(reader.head().path == "/a");
  reader.skip();
  REQUIRE(*reader.next() == found::head);
  CHECK(reader.head().path == "/b");
  CHECK(*reader.next() == found::whole);
  CHECK(reader.is_done());
  CHECK(*reader.next() == found::nothing);
}

TEST_CASE("an error in a head leaves the head to be looked at, one in a body says that it is in a body",
          "[http]") {
  const config limits;
  request_parser parser;
  request_reader bad_head(parser, limits, {}, "HEAD /a HTTP/1.1\r\nno colon\r\n\r\n");
  CHECK(bad_head.next().error().status == 400);
  CHECK(bad_head.rest().starts_with("HEAD /a"));
  CHECK_FALSE(bad_head.is_in_body());
  request_reader bad_body(parser, limits, {},
                          "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n");
  REQUIRE(*bad_body.next() == found::head);
  CHECK(bad_body.next().error().status == 400);
  CHECK(bad_body.is_in_body());
}

TEST_CASE("whole requests in the caller's bytes are viewed, not copied", "[http]") {
  const config limits;
  request_parser parser;
  const std::string bytes = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  request_reader reader(parser, limits, {}, bytes);
  REQUIRE(*reader.next() == found::head);
  REQUIRE(*reader.next() == found::whole);
  CHECK(reader.body().data() == bytes.data() + bytes.size() - 3);
}
