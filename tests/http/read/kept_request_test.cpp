#include "longpolld/http/read/kept_request.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>

using namespace longpolld;

TEST_CASE("a request that is kept says the same when what it was read from is gone", "[http]") {
  std::unique_ptr<kept_request> kept;
  {
    const std::string a = "path", b = "query", c = "host", d = "origin", e = "for", f = "type", g = "gzip",
                      h = "tag", i = "Bearer x", j = "c=d", k = "Cookie: c=d\r\n", l = "key", m = "body",
                      n = "PUT";
    request from;
    from.method = request::verb::post;
    from.path = a;
    from.query = b;
    from.host = c;
    from.origin = d;
    from.forwarded_for = e;
    from.content_type = f;
    from.accept_encoding = g;
    from.if_none_match = h;
    from.authorization = i;
    from.cookie = j;
    from.fields = k;
    from.idempotency_key = l;
    from.requested_method = n;
    kept = std::make_unique<kept_request>(from, m);
  }
  const auto& now = kept->asked();
  CHECK(now.method == request::verb::post);
  CHECK((now.path == "path" && now.query == "query" && now.host == "host" && now.origin == "origin"));
  CHECK((now.forwarded_for == "for" && now.content_type == "type" && now.accept_encoding == "gzip"));
  CHECK((now.if_none_match == "tag" && now.authorization == "Bearer x" && now.cookie == "c=d"));
  CHECK((now.fields == "Cookie: c=d\r\n" && now.idempotency_key == "key" && now.requested_method == "PUT"));
  CHECK(kept->body() == "body");
}
