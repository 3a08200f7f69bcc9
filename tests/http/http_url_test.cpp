#include "longpolld/http/http_url.hpp"

#include "support/catch.hpp"

using namespace longpolld;

TEST_CASE("a URL is scheme, host, port and target; Host and log have the first three at most", "[http]") {
  const auto parts = [](const char* text) {
    const auto read = http_url::parse(text);
    return read ? read->host + '|' + read->port + '|' + read->target + '|' + read->origin()
                : read.error().text;
  };
  CHECK(parts("http://127.0.0.1:3000/longpolld") == "127.0.0.1|3000|/longpolld|http://127.0.0.1:3000");
  CHECK(parts("https://example.org") == "example.org|443|/|https://example.org:443");
  CHECK(parts("https://example.org?key=1") == "example.org|443|/?key=1|https://example.org:443");
  CHECK(parts("http://[::1]:81/a/?b=/c") == "::1|81|/a/?b=/c|http://[::1]:81");
  CHECK(http_url::parse("http://[::1]:81")->authority() == "[::1]:81");
}

TEST_CASE("a URL with a user, a fragment, spaces or no host is refused, and not repeated", "[http]") {
  for (const char* bad :
       {"", "a", "ftp://a/secret", "HTTP://a/secret", "http://", "http:///secret", "http://:80/secret",
        "http://a:/secret", "http://a:b/secret", "http://a:65536/secret", "http://[::1/secret",
        "http://::1/secret", "http://u:secret@a/", "http://a/#secret", "http://a/ secret",
        "http://a/\r\nsecret", "http://a/secret\x7f", "http://\xc3\xa4/secret"}) {
    INFO(bad);
    const auto read = http_url::parse(bad);
    REQUIRE(read.has_error());
    CHECK(read.error().text.find("secret") == std::string::npos);
  }
}
