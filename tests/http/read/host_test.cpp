#include "longpolld/http/read/host.hpp"

#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

const std::string body = R"({"category":"a","data":1})";

config without_names() {
  auto of = test_config();
  of.allowed_hosts = {};
  return of;
}

received ask(test_server& server, const std::string& text) {
  client one(server.port());
  one.send(text);
  const auto answer = one.receive();
  REQUIRE(answer);
  return *answer;
}

std::string get(const std::string& host) { return "GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n"; }

}  // namespace

TEST_CASE("over a loopback address only loopback hosts are served, whatever is asked", "[http]") {
  test_server server(without_names());
  for (const char* host : {"localhost", "LocalHost:8080", "localhost.", "a.localhost:1", "127.0.0.1:8080",
                           "127.255.255.254", "[::1]:8080", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"}) {
    INFO(host);
    CHECK(ask(server, get(host)).status == 200);
  }
  for (const char* host : {"evil.example", "evil.example:8080", "localhost.evil.example", "evillocalhost",
                           "127.0.0.1.evil.example", "127.evil.example", "128.0.0.1", "127.1", "[::2]",
                           "0.0.0.0", "[::]", "10.0.0.1"}) {
    INFO(host);
    const auto answer = ask(server, get(host));
    CHECK(answer.status == 421);
    CHECK(answer.body.find("allowed_hosts") != std::string::npos);
    CHECK(answer.head.find("421 Misdirected Request\r\n") != std::string::npos);
  }
}

TEST_CASE("a page on a name that resolves to this machine neither reads nor publishes", "[http]") {
  test_server server(without_names());
  const std::string host = "Host: evil.example:8080\r\n", same = "Origin: http://evil.example:8080\r\n";
  for (const auto& fields :
       {same, same + "Sec-Fetch-Site: same-origin\r\n", same + "X-Forwarded-For: 192.0.2.1\r\n"}) {
    CHECK(ask(server, "POST /publish HTTP/1.1\r\n" + host + fields + "Content-Length: 25\r\n\r\n" + body)
              .status == 421);
    CHECK(ask(server, "GET /events?category=a&since_time=0 HTTP/1.1\r\n" + host + fields + "\r\n").status ==
          421);
    CHECK(ask(server, "OPTIONS * HTTP/1.1\r\n" + host + fields + "\r\n").status == 421);
    CHECK(ask(server, "GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 421);
  }
  CHECK(ask(server, "GET /healthz HTTP/1.0\r\n\r\n").status == 200);
  CHECK(ask(server, "GET /healthz HTTP/1.0\r\nHost: evil.example\r\n\r\n").status == 421);
}

TEST_CASE("a host of allowed_hosts is served over a loopback address, in any case, with the ports it names",
          "[http]") {
  auto of = without_names();
  of.allowed_hosts = {"Site.example", "other.example:8080", "[2001:DB8::1]", "192.0.2.1"};
  test_server server(of);
  for (const char* host : {"site.example", "SITE.EXAMPLE:1", "site.example.", "other.example:8080",
                           "[2001:db8::1]:80", "192.0.2.1:80", "localhost"}) {
    INFO(host);
    CHECK(ask(server, get(host)).status == 200);
  }
  for (const char* host : {"a.site.example", "site.example.evil", "other.example", "other.example:80",
                           "[2001:db8::2]", "192.0.2.2"}) {
    INFO(host);
    CHECK(ask(server, get(host)).status == 421);
  }
}

TEST_CASE("* allows every host", "[http]") {
  auto of = without_names();
  of.allowed_hosts = {"*"};
  test_server server(of);
  CHECK(ask(server, get("any.example")).status == 200);
}

TEST_CASE("what counts is the address that a connection came to, not the one that is listened on", "[http]") {
  auto of = without_names();
  of.listen = {GENERATE("0.0.0.0:0", "[::]:0")};
  test_server server(of);
  CHECK(ask(server, get("localhost")).status == 200);
  CHECK(ask(server, get("site.example")).status == 421);
}

TEST_CASE("an entry of allowed_hosts that is no host is refused by name", "[http]") {
  for (const char* good :
       {"*", "example.org", "example.org:8080", "10.0.0.1", "[::1]", "[::1]:80", "localhost"}) {
    CHECK_FALSE(allowed_hosts::fault(good));
  }
  for (const char* bad : {"", "*.example.org", "https://example.org", "example.org/", "example.org:99999",
                          "::1", "a b", ".", "*:80"}) {
    INFO(bad);
    CHECK(allowed_hosts::fault(bad).value_or("").find('"' + std::string(bad) + '"') == 0);
  }
}
