#include "longpolld/http/reply/reply_writer.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

struct writing {
  config of;
  cors origins{of, false};
  reply_writer writer{origins};
};

reply with_body(std::string text) {
  reply made;
  made.body = std::make_shared<reply_body>(std::move(text));
  return made;
}

}  // namespace

TEST_CASE("a reply that several connections get in one second is rendered once", "[http]") {
  writing one;
  const auto shared = with_body("{}");
  const auto first = one.writer.render(shared, {}, 1000);
  CHECK(first.starts_with("HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:16:40 GMT\r\n"));
  CHECK(first.ends_with("\r\n\r\n{}"));
  CHECK(one.writer.render(shared, {}, 1000) == first);
}

TEST_CASE("a reply is rendered anew for another second, body or form", "[http]") {
  writing one;
  const auto shared = with_body("{}");
  const auto first = one.writer.render(shared, {}, 1000);
  CHECK(one.writer.render(shared, {}, 1001) != first);
  CHECK(one.writer.render(with_body("{ }"), {}, 1000).ends_with("{ }"));
  CHECK(one.writer.render(shared, {.close = true}, 1000).find("Connection: close") != std::string::npos);
  CHECK(one.writer.render(shared, {.without_body = true}, 1000).ends_with("Content-Length: 2\r\n\r\n"));
  CHECK(one.writer.render(shared, {}, 1000) == first);
}

TEST_CASE("a reply that differs from most has its own head, whatever was rendered before it", "[http]") {
  writing one;
  auto page = reply::json("<p>");
  page.type = "text/html; charset=utf-8";
  page.cache = "no-cache";
  auto kept = reply::json("{}");
  kept.cache = "no-cache";
  for (int round = 0; round < 2; ++round) {
    CHECK(one.writer.render(reply::json("{}"), {}, 5).find("no-store") != std::string::npos);
    CHECK(one.writer.render(page, {}, 5).find("text/html") != std::string::npos);
    CHECK(one.writer.render(kept, {}, 5).find("Cache-Control: no-cache") != std::string::npos);
    CHECK(one.writer.render(reply::failure({404, "no"}), {}, 5).starts_with("HTTP/1.1 404"));
  }
}

TEST_CASE("a reply that caches may keep is never mixed up with the same one that they must not", "[http]") {
  writing one;
  const auto plain = with_body("{}");
  auto kept = plain;
  kept.let_caches_keep("public, max-age=2");
  auto longer = plain;
  longer.let_caches_keep("public, max-age=3");
  for (int round = 0; round < 2; ++round) {
    CHECK(one.writer.render(plain, {}, 5).find("\r\nCache-Control: no-store\r\n") != std::string::npos);
    for (int again = 0; again < 2; ++again) {
      CHECK(one.writer.render(kept, {}, 5).find("\r\nCache-Control: public, max-age=2\r\n") !=
            std::string::npos);
    }
    CHECK(one.writer.render(longer, {}, 5).find("max-age=3\r\n") != std::string::npos);
    CHECK(one.writer.render(reply::json("{}"), {}, 5).find("no-store") != std::string::npos);
  }
}

TEST_CASE("what caches give to others can be read by pages of every origin where all are allowed", "[http]") {
  writing one;
  one.of.cors_allow_origins = {"*"};
  one.origins = cors(one.of, false);
  auto kept = with_body("{}");
  CHECK(one.writer.render(kept, {}, 5).find("Access-Control-Allow-Origin") == std::string::npos);
  kept.let_caches_keep("public, max-age=2");
  CHECK(one.writer.render(kept, {}, 5).find("\r\nAccess-Control-Allow-Origin: *\r\n") != std::string::npos);
  CHECK(one.writer.render(kept, {}, 5).find("Vary") == std::string::npos);
}
