#include "longpolld/http/reply/reply_writer.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

struct writing {
  config of;
  cors origins{of};
  reply_writer writer{origins};
};

reply with_body(std::string text) {
  reply made;
  made.body = std::make_shared<reply_body>(std::move(text));
  return made;
}

}  // namespace

TEST_CASE("a body that several get in one second is rendered once", "[http]") {
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

TEST_CASE("what differs from most replies has a head of its own, before and after them", "[http]") {
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
