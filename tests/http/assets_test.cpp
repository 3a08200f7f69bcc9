#include "longpolld/http/assets.hpp"

#include "longpolld/http/reply/negotiation.hpp"

#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

const char* const files[] = {"/client.js", "/client-tabs.js", "/client.d.ts", "/", "/demo/style.css"};
const std::string gzip = "Accept-Encoding: gzip, deflate, br\r\n";

}  // namespace

TEST_CASE("a file is sent gzipped to clients that accept gzip, and plain to others", "[http]") {
  for (const auto* value :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=0.5", "br;q=1.0, *;q=0.1", " gzip ; q=1"}) {
    CHECK(accepts_gzip(value));
  }
  for (const auto* value :
       {"", "identity", "br", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "gzipped", "a;gzip"}) {
    CHECK_FALSE(accepts_gzip(value));
  }
}

TEST_CASE("an entity tag is found in a list of weak and strong ones, and only as a whole", "[http]") {
  for (const auto* list : {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*", " * "}) {
    CHECK(names_tag(list, "\"abc\""));
  }
  for (const auto* list : {"", "abc", "\"abcd\"", "\"ab\"", "\"*\"", "\"a\",\"bc\""}) {
    CHECK_FALSE(names_tag(list, "\"abc\""));
  }
}

TEST_CASE("pages and client come plain or gzipped, each with its own strong entity tag to revalidate by",
          "[http]") {
  auto limits = test_config();
  limits.demo = demo_mode::on;
  test_server server(limits);
  client one(server.port());
  for (const auto* path : files) {
    const auto plain = one.get(path), packed = one.get(path, gzip);
    REQUIRE((plain && packed));
    CHECK(plain->field("Content-Encoding").empty());
    CHECK(packed->field("Content-Encoding") == "gzip");
    CHECK(packed->body.starts_with("\x1f\x8b"));
    CHECK(packed->body.substr(4, 4) == std::string(4, '\0'));  // no time: equal files, equal bytes
    CHECK(packed->body.size() < plain->body.size());
    CHECK(plain->field("ETag") != packed->field("ETag"));
    for (const auto& answer : {plain, packed}) {
      CHECK(answer->status == 200);
      CHECK((answer->field("ETag").size() == 18 && answer->field("ETag").starts_with('"')));
      CHECK(answer->field("Vary") == "Accept-Encoding");
      CHECK(answer->field("Cache-Control") == "no-cache");
    }
  }
  CHECK(one.get("/demo/style.css")->field("Content-Type") == "text/css; charset=utf-8");
  CHECK(one.get("/healthz")->field("Cache-Control") == "no-store");
  CHECK(one.get("/demo/status")->field("Cache-Control") == "no-store");
}

TEST_CASE("a client that already has a file gets 304 without the file", "[http]") {
  test_server server;
  for (const auto& accepted : {gzip, std::string()}) {
    client one(server.port());
    const auto tag = one.get("/client.js", accepted)->field("ETag");
    // Twice: the second head is one the parser remembers.
    for (int round = 0; round < 2; ++round) {
      const auto fields = accepted + "If-None-Match: \"other\", W/" + tag + "\r\n";
      one.send(request_text("GET", "/client.js", fields));
      const auto same = one.receive(false);
      REQUIRE(same);
      CHECK(same->status == 304);
      CHECK(same->field("ETag") == tag);
      CHECK(same->field("Vary") == "Accept-Encoding");
      CHECK(same->field("Cache-Control") == "no-cache");
      CHECK(same->field("Content-Length").empty());
      CHECK(one.get("/client-tabs.js", fields)->status == 200);
      CHECK(one.get("/client.js", accepted + "If-None-Match: \"other\"\r\n")->status == 200);
    }
    // The tag of the other form is another's.
    CHECK(one.get("/client.js", (accepted.empty() ? gzip : "") + "If-None-Match: " + tag + "\r\n")->status ==
          200);
    one.send(request_text("HEAD", "/client.js", "If-None-Match: *\r\n"));
    CHECK(one.receive(false)->status == 304);
  }
}

TEST_CASE("a file is found by its whole name and folder", "[http]") {
  for (const auto* name : {"web/client.js", "web/client-tabs.js", "web/client.d.ts", "demo/index.html",
                           "demo/page.js", "admin/index.html", "admin/admin.js"}) {
    const auto* found = find_asset(name);
    REQUIRE(found);
    CHECK(found->name == name);
  }
  for (const auto* name :
       {"", "client", "client.js", "web/client", "web/", "demo/admin.js", "demo/../admin/admin.js"}) {
    CHECK_FALSE(find_asset(name));
  }
}

TEST_CASE("the operator's page is not among what is below /demo/ or at any other address for all", "[http]") {
  auto limits = test_config();
  limits.demo = demo_mode::on;
  test_server server(limits);
  client one(server.port());
  for (const auto* path : {"/admin/", "/admin/admin.js", "/demo/admin.js", "/demo/admin/admin.js",
                           "/demo/../admin/admin.js", "/web/client.js", "/demo/client.js"}) {
    CHECK(one.get(path)->status == 404);
  }
}
