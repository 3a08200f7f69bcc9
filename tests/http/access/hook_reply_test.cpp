#include "longpolld/http/access/hook_reply.hpp"

#include "support/catch.hpp"

using namespace longpolld;
using progress = hook_reply_reader::progress;

namespace {

/// What becomes of these bytes and the end of the connection, in parts of `step` bytes.
struct reading {
  explicit reading(const std::string& bytes, std::size_t step = 0, std::size_t body_max = 100)
      : reader(body_max) {
    std::string_view rest = bytes;
    while (!rest.empty() && then == progress::more) {
      auto part = rest.substr(0, step == 0 ? rest.size() : step);
      const auto size = part.size();
      then = reader.feed(part);
      rest.remove_prefix(size - part.size());
      if (then == progress::more && !part.empty()) FAIL("left over though it wants more");
    }
    left_over = rest;
    if (then != progress::more) return;
    then = reader.end();
    is_at_end = true;
  }
  [[nodiscard]] std::string text() const {
    if (then != progress::whole) return "broken";
    const auto& of = reader.reply();
    return std::to_string(of.status) + '|' + of.body + '|' + of.cache_control +
           (reader.keeps() ? "|kept" : "") + (is_at_end ? "|end" : "") +
           (left_over.empty() ? "" : "|left " + left_over);
  }
  hook_reply_reader reader;
  progress then = progress::more;
  std::string left_over;
  bool is_at_end = false;
};

const std::string ok = "HTTP/1.1 200 OK\r\n";

/// However they are split.
std::string seen(const std::string& bytes) {
  const auto at_once = reading(bytes).text();
  for (const std::size_t step : {1, 2, 3, 7}) CHECK(reading(bytes, step).text() == at_once);
  return at_once;
}

}  // namespace

TEST_CASE("a reply with a length, in chunks, or until the end is read whole", "[http]") {
  CHECK(seen(ok + "Content-Length: 2\r\n\r\n{}") == "200|{}||kept");
  CHECK(seen(ok + "content-length: 0\r\nCache-Control: private\r\nCache-Control: max-age=5\r\n\r\n") ==
        "200||private,max-age=5|kept");
  CHECK(seen(ok + "Transfer-Encoding: Chunked\r\n\r\n1;x=y\r\n{\r\n01\r\n}\r\n0\r\nT: x\r\n\r\n") ==
        "200|{}||kept");
  CHECK(seen(ok + "\r\n{}") == "200|{}||end");
  CHECK(seen("HTTP/1.0 403 no\r\nContent-Length: 1\r\n\r\nx") == "403|x|");
  CHECK(seen(ok + "Connection: x, Close\r\nContent-Length: 0\r\n\r\n") == "200||");
}

TEST_CASE("what comes behind a reply is left over, and so is what a wrong length cuts off", "[http]") {
  CHECK(seen(ok + "Content-Length: 0\r\n\r\n" + ok + "\r\n").find("|left HTTP/1.1") != std::string::npos);
  CHECK(seen(ok + "Content-Length: 2\r\n\r\n{}x") == "200|{}||kept|left x");
  CHECK(seen(ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nx") == "200|||kept|left x");
}

TEST_CASE("of other statuses the head is enough, and the connection is done with", "[http]") {
  CHECK(reading("HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\nx").text() == "302|||left x");
  CHECK(seen("HTTP/1.1 204 No Content\r\n\r\n") == "204||");
  CHECK(reading("HTTP/1.1 100 Continue\r\n\r\n" + ok + "\r\n").text().starts_with("100||"));
}

TEST_CASE("half a reply is none, wherever it ends", "[http]") {
  for (const auto& whole :
       {ok + "Content-Length: 2\r\n\r\n{}", ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(size);
      CHECK(reading(whole.substr(0, size)).text() == "broken");
    }
  }
}

TEST_CASE("a reply whose framing is in doubt is none", "[http]") {
  for (const char* fields :
       {"Content-Length: 2\r\nContent-Length: 2\r\n", "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2, 2\r\n", "Content-Length: +2\r\n", "Content-Length: -2\r\n",
        "Content-Length: 0x2\r\n", "Content-Length:\r\n", "Content-Length : 2\r\n", "Content-Length: 2 2\r\n",
        "Content-Length: 99999999999999999999999\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding:\r\n"}) {
    INFO(fields);
    CHECK(seen(ok + fields + "\r\n{}") == "broken");
  }
  CHECK(seen("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == "broken");
  CHECK(seen(ok + "Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n") == "broken");
}

TEST_CASE("what is not HTTP/1 is none", "[http]") {
  for (const char* bytes : {"", "{}", "\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
                            "HTTP/1.1 2000 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\n\n",
                            "ICY 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nx\r\n\r\n"}) {
    INFO(bytes);
    CHECK(seen(bytes) == "broken");
  }
}

TEST_CASE("a reply has head_bytes_max and max_reply_bytes and not one more", "[http]") {
  const auto padded = [](std::size_t size) {
    const std::string end = "Content-Length: 0\r\n\r\n";
    return ok + "X: " + std::string(size - ok.size() - end.size() - 5, 'x') + "\r\n" + end;
  };
  constexpr auto most = hook_reply_reader::head_bytes_max;
  REQUIRE(padded(most).size() == most);
  CHECK(reading(padded(most), 1000).text() == "200|||kept");
  CHECK(reading(padded(most + 1)).text() == "broken");
  CHECK(reading(std::string(1 << 20, 'x'), 1000).text() == "broken");
  const auto sized = [](std::size_t size) { return std::string(size, 'x'); };
  const auto body = [](const auto& text) { return text.substr(0, 4) == "200|" ? text.size() : 0; };
  CHECK(body(seen(ok + "Content-Length: 100\r\n\r\n" + sized(100))) > 100);
  CHECK(seen(ok + "Content-Length: 101\r\n\r\n" + sized(101)) == "broken");
  CHECK(body(seen(ok + "\r\n" + sized(100))) > 100);
  CHECK(seen(ok + "\r\n" + sized(101)) == "broken");
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + sized(100) + "\r\n";
  CHECK(body(seen(chunked + "0\r\n\r\n")) > 100);
  CHECK(seen(chunked + "1\r\nx\r\n0\r\n\r\n") == "broken");
}
