#include "support/access.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

const std::string body = R"({"category":"a","data":1})";

/// With [anyone], a key and an issuer.
std::shared_ptr<const access_rules> common_rules(const std::string& more = "") {
  return rules_of(more + "[anyone]\nsubscribe = [\"public.*\"]\n" + backend_table() +
                  site_table("subscribe = [\"user.{sub}.*\", \"news\"]\npublish = [\"from.{sub}\"]\n"));
}

const std::string any = "&since_time=0&timeout=1";

}  // namespace

TEST_CASE("without credentials only what anyone may is allowed; the rest is 401 and says what to send",
          "[http]") {
  test_server server(test_config(), common_rules());
  client one(server.port());
  REQUIRE(client(server.port())
              .post("/publish", R"({"category":"public.a","data":1})", bearer(backend_secret))
              ->status == 200);
  CHECK(one.get("/events?category=public.a" + any)->status == 200);
  for (const auto* target :
       {"/events?category=news", "/events?category=public", "/events?category=public.a&category=news"}) {
    const auto refused = one.get(target + any);
    CHECK(refused->status == 401);
    CHECK(refused->head.find(
              "\r\nWWW-Authenticate: Bearer\r\nWWW-Authenticate: Basic realm=\"longpolld\"\r\n") !=
          std::string::npos);
    CHECK(refused->body.find("Authorization: Bearer") != std::string::npos);
  }
  CHECK(one.post("/publish", R"({"category":"public.a","data":1})")->status == 401);
}

TEST_CASE("wrong credentials are 401 even where anyone may", "[http]") {
  test_server server(test_config(), common_rules());
  client one(server.port());
  const std::string expired = site_token("alice", std::chrono::seconds(-6));
  for (const auto& field :
       {bearer("nonsense"), bearer(expired), bearer(""), std::string("Authorization: Basic YTpi\r\n"),
        std::string("Authorization: Negotiate abc\r\n"), bearer(site_token("alice") + "x")}) {
    INFO(field);
    CHECK(one.get("/events?category=public.a" + any, field)->status == 401);
    CHECK(one.post("/publish", body, field)->status == 401);
  }
  CHECK(one.get("/events?category=public.a" + any, bearer(backend_secret) + bearer(backend_secret))->status ==
        400);
}

TEST_CASE("a token may what its issuer's patterns allow its holder, and what anyone may", "[http]") {
  test_server server(test_config(), common_rules());
  client one(server.port());
  const auto alice = bearer(site_token("alice"));
  for (const auto* good : {"user.alice.x", "news", "public.z"}) {
    CHECK(one.get(std::string("/events?category=") + good + any, alice)->status == 200);
  }
  CHECK(one.get("/events?category=user.alice.x&category=news" + any, alice)->status == 200);
  const auto refused = one.get("/events?category=news&category=user.bob.x&category=secret" + any, alice);
  CHECK(refused->status == 403);
  CHECK(refused->body == R"({"error":"not allowed to subscribe to \"user.bob.x\""})");
  CHECK(refused->field("WWW-Authenticate").empty());
  // However it is spelled: what counts is the name that the poll would wait on.
  for (const auto* other :
       {"user%2ebob%2ex", "USER.alice.x", "user.alice%00.x", "user.*.x", "%2a", "news%20"}) {
    const auto status = one.get(std::string("/events?category=") + other + any, alice)->status;
    CHECK((status == 403 || status == 400));
  }
  CHECK(one.post("/publish", R"({"category":"from.alice","data":1})", alice)->status == 200);
  CHECK(one.post("/publish?category=from.bob", "1", alice + "Content-Type: application/json\r\n")->status ==
        403);
}

TEST_CASE("HEAD asks for the same right as GET", "[http]") {
  test_server server(test_config(), common_rules());
  client one(server.port());
  const auto head = [&](const std::string& fields) {
    one.send(request_text("HEAD", "/events?category=news&since_time=0", fields));
    return one.receive(false)->status;
  };
  CHECK(head("") == 401);
  CHECK(head(bearer(site_token("alice"))) == 200);
  CHECK(head(bearer("wrong")) == 401);
}

TEST_CASE("of a batch all events are allowed or none is published", "[http]") {
  test_server server(test_config(), common_rules());
  client one(server.port());
  const auto alice = bearer(site_token("alice"));
  const auto refused =
      one.post("/publish", R"([{"category":"from.alice","data":1},{"category":"from.bob","data":2}])", alice);
  CHECK(refused->status == 403);
  CHECK(refused->body == R"({"error":"not allowed to publish to \"from.bob\""})");
  const auto kept = one.get("/events?category=from.alice" + any, bearer(backend_secret));
  CHECK(kept->body.find("timeout") != std::string::npos);
  CHECK(one.post("/publish", R"([{"category":"from.alice","data":1},{"category":"from.alice","data":2}])",
                 alice)
            ->status == 200);
}

TEST_CASE("a category that is not known is 404 for everyone, before anything else is asked", "[http]") {
  test_server server(test_config(), common_rules("known_categories = [\"news\", \"public.*\"]\n"));
  client one(server.port());
  for (const auto& fields : {std::string(), bearer(backend_secret), bearer(site_token("alice"))}) {
    CHECK(one.get("/events?category=other" + any, fields)->status == 404);
    CHECK(one.post("/publish", R"({"category":"other","data":1})", fields)->status == 404);
  }
  CHECK(one.get("/events?category=public.a&category=other" + any)->status == 404);
  CHECK(one.get("/events?category=public.a" + any)->status == 200);
  CHECK(one.get("/events?category=other" + any, bearer("wrong"))->status == 401);
}

TEST_CASE("a category that exists and one that does not are refused in the same words", "[http]") {
  test_server server(test_config(), common_rules());
  client one(server.port());
  REQUIRE(one.post("/publish", R"({"category":"secret1","data":1})", bearer(backend_secret))->status == 200);
  const auto alice = bearer(site_token("alice"));
  const auto ask = [&](const std::string& category, const std::string& fields) {
    auto text = one.get("/events?category=" + category + any, fields)->body;
    return text.replace(text.find(category), category.size(), "*");
  };
  CHECK(ask("secret1", alice) == ask("secret2", alice));
  CHECK(ask("secret1", "") == ask("secret2", ""));
}

TEST_CASE("refusals carry CORS fields, so that pages can read them", "[http]") {
  auto of = test_config();
  of.cors_allow_origins = {"https://site.example"};
  test_server server(of, common_rules());
  client one(server.port());
  const std::string origin = "Origin: https://site.example\r\n";
  for (const auto& fields : {origin, origin + bearer("wrong"), origin + bearer(site_token("alice"))}) {
    const auto refused = one.get("/events?category=secret" + any, fields);
    CHECK((refused->status == 401 || refused->status == 403));
    CHECK(refused->field("Access-Control-Allow-Origin") == "https://site.example");
  }
  one.send(request_text("OPTIONS", "/events", origin + "Access-Control-Request-Method: GET\r\n"));
  CHECK(one.receive()->status == 204);
}

TEST_CASE("a poll ends with its timeout reply when its token expires", "[http]") {
  test_server server(test_config(), common_rules());
  client one(server.port());
  const auto fields = bearer(site_token("alice", std::chrono::milliseconds(-4'500)));  // with 5 s of leeway
  const auto begun = std::chrono::steady_clock::now();
  const auto ended = one.get("/events?category=news&timeout=60", fields);
  const auto took = std::chrono::steady_clock::now() - begun;
  CHECK(ended->status == 200);
  CHECK(ended->body.find("\"timeout\"") != std::string::npos);
  CHECK(took < std::chrono::seconds(5));
  CHECK(one.get("/events?category=news&timeout=60", fields)->status == 401);
}

TEST_CASE("wrong credentials in a row are 429, tokens that were verified before go on", "[http]") {
  auto of = test_config();
  of.threads = 1;
  of.trusted_proxies.clear();
  of.max_wrong_credentials_per_second_per_address = 3;
  test_server server(of, common_rules());
  client one(server.port());
  const auto alice = bearer(site_token("alice"));
  REQUIRE(one.get("/events?category=news" + any, alice)->status == 200);
  std::optional<received> last;
  REQUIRE(eventually([&] {
    last = one.get("/events?category=news" + any, bearer("wrong"));
    return last->status == 429;
  }));
  CHECK(last->field("Retry-After") == "1");
  CHECK(last->body.find("max_wrong_credentials_per_second_per_address = 3") != std::string::npos);
  CHECK(one.get("/events?category=news" + any, alice)->status == 200);
  CHECK(one.get("/events?category=news" + any, bearer(backend_secret))->status == 200);
  CHECK(server->shared().count(&config::max_wrong_credentials_per_second_per_address) > 0);
}

TEST_CASE("who may publish nothing is told before a large body is sent", "[http]") {
  test_server server(test_config(), common_rules());
  for (const auto& fields : {std::string(), bearer("wrong")}) {
    client one(server.port());
    one.send("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n" + fields + "\r\n");
    CHECK(one.receive()->status == 401);
  }
  client hopeful(server.port());
  hopeful.send("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
  CHECK(hopeful.receive()->status == 401);
}

TEST_CASE("a cookie counts on requests of the server's own pages, not of foreign ones", "[http]") {
  auto of = test_config();
  of.token_cookie = "session";
  of.cors_allow_origins = {"https://site.example"};
  test_server server(of, common_rules());
  client one(server.port());
  const auto cookie = "Cookie: a=b\r\nCookie: session=" + site_token("alice") + "\r\n";
  const auto status = [&](const std::string& fields) {
    return one.get("/events?category=news" + any, cookie + fields)->status;
  };
  CHECK(status("") == 200);
  CHECK(status("Sec-Fetch-Site: same-origin\r\n") == 200);
  CHECK(status("Origin: https://evil.example\r\n") == 401);
  CHECK(status("Sec-Fetch-Site: cross-site\r\n") == 401);
  CHECK(status("Sec-Fetch-Site: same-site\r\n") == 401);
  const auto allowed = one.get("/events?category=news" + any, cookie + "Origin: https://site.example\r\n");
  CHECK(allowed->status == 200);
  CHECK(allowed->field("Access-Control-Allow-Credentials") == "true");
  CHECK(one.post("/publish", R"({"category":"from.alice","data":1})",
                 cookie + "Origin: https://evil.example\r\n")
            ->status == 403);
}

TEST_CASE("polls by a cookie end when cookies do not count any more", "[http]") {
  auto of = test_config();
  of.token_cookie = "session";
  const auto rules = common_rules();
  test_server server(of, rules);
  client by_cookie(server.port()), by_field(server.port());
  const auto token = site_token("alice");
  const auto cookie = "Cookie: session=" + token + "\r\n";
  by_cookie.send(request_text("GET", "/events?category=news&timeout=100", cookie));
  by_field.send(request_text("GET", "/events?category=news&timeout=100", bearer(token)));
  REQUIRE(server.parks(2));
  server->reconfigure(of, rules, nullptr);
  CHECK_FALSE(by_cookie.readable(std::chrono::milliseconds(300)));
  of.token_cookie.clear();
  server->reconfigure(of, rules, nullptr);
  CHECK(by_cookie.receive()->body.find("\"timeout\"") != std::string::npos);
  CHECK(by_cookie.get("/events?category=news" + any, cookie)->status == 401);
  CHECK(by_field.receive()->body.find("\"timeout\"") != std::string::npos);  // it asks again
  CHECK(by_field.get("/events?category=news" + any, bearer(token))->status == 200);
}

TEST_CASE("a request whose head is remembered is judged anew each time", "[http]") {
  auto of = test_config();
  of.threads = 1;
  test_server server(of, common_rules());
  client one(server.port());
  const auto alice = bearer(site_token("alice", std::chrono::milliseconds(-3'000)));
  for (const auto* category : {"user.alice.x", "news"}) {
    const auto said = "{\"category\":\"" + std::string(category) + "\",\"data\":1}";
    REQUIRE(client(server.port()).post("/publish", said, bearer(backend_secret))->status == 200);
  }
  CHECK(one.get("/events?category=user.alice.x" + any, alice)->status == 200);
  CHECK(one.get("/events?category=user.bob.x" + any, alice)->status == 403);
  CHECK(one.get("/events?category=user.alice.x" + any)->status == 401);
  CHECK(eventually([&] { return one.get("/events?category=news" + any, alice)->status == 401; }));
}
