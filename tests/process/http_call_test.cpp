#include "longpolld/process/http_call.hpp"

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
  CHECK(parts("https://example.org").find("https") != std::string::npos);
  for (const auto* bad :
       {"", "example.org", "http://", "http://:80", "http://a:", "http://a:b", "http://[::1"}) {
    CHECK(server_url::parse(bad).has_error());
  }
}

TEST_CASE("whatever is not unreserved is encoded", "[process]") {
  CHECK(percent_encoded("az-._~09") == "az-._~09");
  CHECK(percent_encoded("a b&=%ä") == "a%20b%26%3D%25%C3%A4");
}

TEST_CASE("a call has the answer, or says why there is none and whether the server saw it", "[process]") {
  test_server server;
  const server_url at{"127.0.0.1", std::to_string(server.port()), {}};
  const auto got = http_call(at, "/events?category=a&timeout=0", {}, 5s);
  CHECK((got.status == 400 && got.was_sent && got.body.find("timeout") != std::string::npos));
  CHECK(http_call(at, "/publish", R"({"category":"a","data":1})", 5s).status == 200);
  const auto late = http_call(at, "/events?category=b&timeout=30", {}, 50ms);
  CHECK((late.status == 0 && late.was_sent && !late.problem.empty()));
  const auto nobody = http_call({"127.0.0.1", "1", {}}, "/", {}, 5s);
  CHECK((nobody.status == 0 && !nobody.was_sent && !nobody.problem.empty()));
}
