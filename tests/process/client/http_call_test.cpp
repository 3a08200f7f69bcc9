#include "longpolld/process/client/http_call.hpp"

#include "support/canned_server.hpp"
#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;
using namespace std::chrono_literals;

TEST_CASE("a server's URL is host, port and path, and what is none is said", "[process]") {
  const auto parts = [](const char* text) {
    const auto read = server_url::parse(text);
    return read ? read->host + '|' + read->port + '|' + read->path : read.error().text;
  };
  CHECK(parts("http://127.0.0.1:8080") == "127.0.0.1|8080|");
  CHECK(parts("http://example.org/") == "example.org|80|");
  CHECK(parts("http://example.org:81/long/poll/") == "example.org|81|/long/poll");
  CHECK(parts("http://[::1]:8080/x") == "::1|8080|/x");
  CHECK(parts("https://example.org") == "example.org|443|");
  CHECK(parts("https://[::1]:8443/x") == "::1|8443|/x");
  CHECK(parts("ftp://example.org").find("https://") != std::string::npos);
  for (const auto* bad :
       {"", "example.org", "http://", "http://:80", "http://a:", "http://a:b", "http://[::1"}) {
    CHECK(server_url::parse(bad).has_error());
  }
}

TEST_CASE("every character that is not unreserved is percent-encoded", "[process]") {
  CHECK(percent_encoded("az-._~09") == "az-._~09");
  CHECK(percent_encoded("a b&=%ä") == "a%20b%26%3D%25%C3%A4");
}

TEST_CASE("a call has the answer, or says why there is none and whether the server saw it", "[process]") {
  test_server server;
  const server_url at{"127.0.0.1", std::to_string(server.port())};
  const auto got = http_call(at, "/events?category=a&timeout=0", {}, 5s, 1'000);
  CHECK((got.status == 400 && got.was_sent && got.body.find("timeout") != std::string::npos));
  CHECK(http_call(at, "/publish", R"({"category":"a","data":1})", 5s, 1'000).status == 200);
  const auto late = http_call(at, "/events?category=b&timeout=30", {}, 50ms, 1'000);
  CHECK((late.status == 0 && late.was_sent && !late.problem.empty()));
  const auto nobody = http_call({"127.0.0.1", "1"}, "/", {}, 5s, 1'000);
  CHECK((nobody.status == 0 && !nobody.was_sent && !nobody.problem.empty()));
}

TEST_CASE("a reply may have as many bytes as are allowed and no more", "[process]") {
  const auto call = [](const std::string& bytes) {
    const canned_server server(bytes);
    return http_call({"127.0.0.1", server.port()}, "/", {}, 5s, 1'000);
  };
  CHECK(call(canned(200, std::string(1'000, 'x'))).body.size() == 1'000);
  const auto above = call(canned(200, std::string(1'001, 'x')));
  CHECK((above.status == 0 && above.is_too_large && above.was_sent));
  const auto chunks = [](const std::string& last) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e7\r\n" + std::string(999, 'x') + "\r\n" +
           last + "0\r\n\r\n";
  };
  CHECK(call(chunks("1\r\nx\r\n")).body.size() == 1'000);
  CHECK(call(chunks("2\r\nxx\r\n")).is_too_large);
}

TEST_CASE("a Retry-After is a number of seconds up to five minutes", "[process]") {
  const auto seconds = [](const std::string& asked) {
    const canned_server server(canned(503, "", "Retry-After: " + asked + "\r\n"));
    return http_call({"127.0.0.1", server.port()}, "/", {}, 5s, 1'000).retry_after_seconds;
  };
  CHECK(seconds("7") == 7);
  CHECK(seconds("300") == 300);
  CHECK(seconds("301") == 300);
  CHECK(seconds("2147483648") == 300);
  for (const auto* none : {"", "-1", "1.5", "1 s", "Wed, 21 Oct 2015 07:28:00 GMT"})
    CHECK(seconds(none) == 0);
}

TEST_CASE("a field of a header is a name and a value; anything else is refused with a reason", "[process]") {
  const auto read = [](std::string_view text) {
    const auto field = http_field::parse(text);
    return field ? field->name + '|' + field->value : field.error().text;
  };
  CHECK(read("X-Key: a b:c ") == "X-Key|a b:c");
  CHECK(read("Empty:") == "Empty|");
  CHECK(read("Host: example.org") == "Host|example.org");
  for (const auto* bad : {"", "a", ": b", "a b: c", "a : b", "ä: b", "a\n: b"}) {
    CHECK(read(bad).ends_with("\" is not a field as Name: value"));
  }
  for (const auto* bad : {"a: b\r\nc: d", "a: b\nc", "a: \x7f"}) {
    CHECK(read(bad).ends_with("\" has a control character"));
  }
  for (const auto* own : {"content-length: 3", "Transfer-Encoding: chunked", "CONNECTION: close"}) {
    CHECK(read(own).ends_with("\" is a field that each request sets itself"));
  }
}

TEST_CASE("a name and a password are sent in base64", "[process]") {
  const auto value = [](std::string_view text) { return http_field::basic(text).value().value; };
  CHECK(value("Aladdin:open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617 section 2
  CHECK(value("a:") == "Basic YTo=");
  CHECK(value("a:b") == "Basic YTpi");
  CHECK(value("\xff\xfe:\xfb") == "Basic //46+w==");
  const auto none = http_field::basic("secret");
  CHECK((none.has_error() && none.error().text.find("secret") == std::string::npos));
}

TEST_CASE("over https only the server that was meant is asked, unless anyone may be", "[process]") {
  auto of = secured(test_config());
  test_server server(of);
  const auto call = [&](const std::string& host, const std::string& ca, bool is_anyone = false) {
    server_url at{host, std::to_string(server.port())};
    at.is_https = true;
    at.ca = ca;
    at.is_anyone = is_anyone;
    return http_call(at, "/healthz", {}, 5s, 1'000);
  };
  const auto& known = common_authority().certificate();
  CHECK(call("localhost", known).status == 200);
  CHECK(call("127.0.0.1", known).status == 200);
  const auto by_system = call("localhost", "");
  CHECK(by_system.status == 0);
  CHECK_FALSE(by_system.was_sent);
  CHECK(by_system.problem == "the server's certificate is not good: unable to get local issuer certificate");
  CHECK(call("localhost", "", true).status == 200);
  CHECK(call("localhost", authority("another").certificate()).status == 0);
  CHECK(call("localhost", "/nowhere/a.pem").problem.find("cannot read \"/nowhere/a.pem\": ") == 0);
  const auto other = common_authority().issue({.name = "example.org", .alternatives = "DNS:example.org"});
  of.tls_certificate = other.certificate;
  of.tls_key = other.key;
  test_server elsewhere(of);
  server_url at{"localhost", std::to_string(elsewhere.port())};
  at.is_https = true;
  at.ca = known;
  CHECK(http_call(at, "/healthz", {}, 5s, 1'000).problem ==
        "the server's certificate is not good: hostname mismatch");
  at.host = "127.0.0.1";
  CHECK(http_call(at, "/healthz", {}, 5s, 1'000).problem ==
        "the server's certificate is not good: IP address mismatch");
}

TEST_CASE("a server that does not speak TLS, or nothing at all, ends a call over https", "[process]") {
  const canned_server plain(canned(200, "{}")), silent("");
  for (const auto* one : {&plain, &silent}) {
    server_url at{"127.0.0.1", one->port()};
    at.is_https = at.is_anyone = true;
    const auto got = http_call(at, "/", {}, 300ms, 1'000);
    CHECK(got.status == 0);
    CHECK_FALSE(got.was_sent);
    CHECK_FALSE(got.problem.empty());
  }
}
