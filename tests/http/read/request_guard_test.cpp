#include "longpolld/http/read/request_guard.hpp"

#include "longpolld/http/read/request.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

/// The status a head is refused with, 0 when it is accepted, -1 when more is needed.
int status_of(const std::string& head, const config& limits = {}) {
  request_guard guard;
  const auto seen = guard.look(head, limits);
  if (!seen) return seen.error().status;
  if (!*seen) return -1;
  request_parser parser;
  const auto parsed = parser.parse(std::string_view(head).substr(guard.skipped(), **seen - guard.skipped()));
  return parsed ? 0 : parsed.error().status;
}

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }
std::string post(const std::string& fields) {
  return "POST /publish HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("a plain request is accepted, also behind an empty line", "[http]") {
  CHECK(status_of(get("Host: a\r\n")) == 0);
  CHECK(status_of("\r\n" + get("Host: a\r\n")) == 0);
  CHECK(status_of("GET http://other/events?x=1 HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
  CHECK(status_of(get("Host: a\r\nX: \xff\r\n")) == 0);
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
}

TEST_CASE("a head is judged the same however it is split", "[http]") {
  for (const auto& head : {get("Host: a\r\n"), get("Host: a\r\nX: a\nY: b\r\n"), get("Host: a\r\n fold\r\n"),
                           std::string("GE T / HTTP/1.1\r\n\r\n"), get("Host a\r\n")}) {
    const int whole = status_of(head);
    for (std::size_t cut = 1; cut < head.size(); ++cut) {
      request_guard guard;
      auto seen = guard.look(std::string_view(head).substr(0, cut), config{});
      if (seen && !*seen) seen = guard.look(head, config{});
      if (whole != 0) CHECK((!seen && seen.error().status == whole));
      if (whole == 0) CHECK((seen && **seen == head.size()));
    }
  }
}

TEST_CASE("line ends are CR LF and nothing else", "[http]") {
  CHECK(status_of("GET / HTTP/1.1\nHost: a\n\n") == 400);
  CHECK(status_of(get("Host: a\nX: b\r\n")) == 400);
  CHECK(status_of(get("Host: a\rX: b\r\n")) == 400);
  CHECK(status_of(get("Host: a\r\n\rX")) == 400);
}

TEST_CASE("the request line is method, target and version", "[http]") {
  for (const char* line :
       {" GET / HTTP/1.1", "GET  / HTTP/1.1", "GET\t/\tHTTP/1.1", "GET / HTTP/1.1 ", "GET /",
        "GET / http/1.1", "GET / HTTP/1.1.", "GET / HTTP/01.1", "GET / ICE/1.0", "G@T / HTTP/1.1",
        "GET /\x80 HTTP/1.1", "GET /#a HTTP/1.1", "GET ! HTTP/1.1", "GET /a b HTTP/1.1"}) {
    CHECK(status_of(std::string(line) + "\r\nHost: a\r\n\r\n") == 400);
  }
  CHECK(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  CHECK(status_of("\x16\x03\x01\x02") == 400);
}

TEST_CASE("field names are tokens and fields are not folded", "[http]") {
  for (const char* field : {"Na me: b", ": b", "X : b", "X\xff: b", "(X): b", "X", " X: b", "X: b\r\n folded",
                            "X: \x01", "X: \x7f"}) {
    CHECK(status_of(get("Host: a\r\n" + std::string(field) + "\r\n")) == 400);
  }
  CHECK(status_of(get("Host: a\r\nX: " + std::string(1, '\0') + "\r\n")) == 400);
}

TEST_CASE("there is exactly one sensible Host", "[http]") {
  CHECK(status_of(get("")) == 400);
  CHECK(status_of(get("Host: a\r\nHost: a\r\n")) == 400);
  for (const char* host : {"",        "a b",         "a/b",           "a@b",
                           "[::1",    "a:1.2",       "1.2.3.4:98777", "1.2.3.4:9000:80",
                           "..a.com", ".",           ".:80",          ".a",
                           "a..",     "[ab..cd::1]", "[:::]",         "[1:2]",
                           "[::1]a",  "[1.2.3.4]",   "[::12345]",     "[fe80::1%25eth0]"}) {
    CHECK(status_of(get("Host: " + std::string(host) + "\r\n")) == 400);
  }
  for (const char* host : {"a", "a:80", "a:", "[::1]", "[::1]:8080", "example.org.", "1.2.3.4:65535",
                           "[::ffff:1.2.3.4]:80", "[::]"}) {
    CHECK(status_of(get("Host: " + std::string(host) + "\r\n")) == 0);
  }
}

TEST_CASE("the only transfer coding is one chunked without Content-Length on HTTP/1.1", "[http]") {
  CHECK(status_of(post("TrAnSfEr-EnCoDiNg: cHuNkEd\r\n")) == 0);
  for (const char* coding : {"identity", "xchunked", "gzip", "chunked, gzip", "gzip, chunked",
                             "chunked, chunked", "\"chunked\"", "'chunked'", "chunk", "chunked;q=1",
                             "\x85"
                             "chunked",
                             ",chunked", ""}) {
    const int status = status_of(post("Transfer-Encoding: " + std::string(coding) + "\r\n"));
    CHECK((status == 400 || status == 501));
  }
  CHECK(status_of(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")) == 400);
  CHECK(status_of(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")) == 400);
  CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

TEST_CASE("Content-Length is one whole number", "[http]") {
  CHECK(status_of(post("Content-Length: 005\r\n")) == 0);
  for (const char* length :
       {"+5", "-1", "0x5", "5a", "5 0", "1_0", "", "5, 6", "5, 5", "18446744073709551616"}) {
    CHECK(status_of(post("Content-Length: " + std::string(length) + "\r\n")) == 400);
  }
  CHECK(status_of(post("Content-Length: 5\r\nContent-Length: 5\r\n")) == 400);
}

TEST_CASE("each limit of the head holds at its edge", "[http]") {
  config limits;
  limits.max_request_line_bytes = 100;
  limits.max_header_bytes = 300;
  limits.max_header_fields = 4;
  const auto line = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 14, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  CHECK(status_of(line(100), limits) == 0);
  CHECK(status_of(line(101), limits) == 414);
  const auto block = [](std::size_t bytes) {
    const std::string rest = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n";
    return get("Host: a\r\nX: " + std::string(bytes - rest.size(), 'a') + "\r\n");
  };
  CHECK(status_of(block(300), limits) == 0);
  CHECK(status_of(block(301), limits) == 431);
  CHECK(status_of(get("Host: a\r\nA: 1\r\nB: 1\r\nC: 1\r\n"), limits) == 0);
  CHECK(status_of(get("Host: a\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n"), limits) == 431);
  CHECK(status_of("GET /" + std::string(200, 'a'), limits) == 414);
  CHECK(status_of(get("Host: a\r\nX: " + std::string(400, 'a')), limits) == 431);
}

TEST_CASE("every value of a repeated field is checked", "[http]") {
  const auto read = [](const std::string& fields) {
    request_parser parser;
    return parser.parse(post(fields));
  };
  CHECK(read("Content-Encoding:\r\nContent-Encoding: gzip\r\n")->has_content_coding);
  CHECK(read("Content-Encoding: identity\r\nContent-Encoding: gzip\r\n")->has_content_coding);
  CHECK_FALSE(read("Content-Encoding:\r\nContent-Encoding: identity\r\n")->has_content_coding);
  CHECK(status_of(post("Expect: 100-continue\r\nExpect: 200-maybe\r\n")) == 417);
  CHECK(status_of(post("Expect:\r\nExpect: 200-maybe\r\n")) == 417);
  CHECK(read("Expect:\r\nExpect: 100-continue\r\n")->expects_continue);
}
