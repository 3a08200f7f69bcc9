// Which replies a shared cache may keep: shared_cache_seconds.
#include "http/access/hook_wire.hpp"
#include "support/catch.hpp"
#include "support/tls_clients.hpp"

#include <filesystem>

using namespace longpolld;
using namespace longpolld::test;

namespace {

const std::string kept = "public, max-age=2";
const std::string by_nobody = "no-store";

config caching() {
  auto of = test_config();
  of.shared_cache_seconds = 2;
  of.threads = 1;
  return of;
}

/// Everyone may read `public`; keys and tokens are known.
std::shared_ptr<const access_rules> some_rules() {
  return rules_of("[anyone]\nsubscribe = [\"public\"]\n" + backend_table() +
                  site_table("subscribe = [\"*\"]\n"));
}

std::string publish_one(client& by, const std::string& category = "public") {
  const auto answer =
      by.post("/publish", R"({"category":")" + category + R"(","data":1})", bearer(backend_secret));
  REQUIRE(answer);
  REQUIRE(answer->status == 200);
  return std::string(answer->json().at("id").as_string());
}

std::string after(const std::string& cursor, const std::string& more = "",
                  const std::string& category = "public") {
  return "/events?category=" + category + "&cursor=" + cursor + more;
}

std::string cache_control(client& by, const std::string& target, const std::string& fields = "") {
  const auto answer = by.get(target, fields);
  REQUIRE(answer);
  INFO(target << " " << fields << answer->body);
  return answer->field("Cache-Control");
}

std::string cursor_of(const received& from) { return std::string(from.json().at("cursor").as_string()); }

}  // namespace

TEST_CASE("nothing may be kept unless shared_cache_seconds says so", "[http]") {
  test_server server;
  client one(server.port());
  const auto first = one.publish("a", "1");
  one.publish("a", "2");
  CHECK(cache_control(one, after(first, "", "a")) == by_nobody);
  CHECK(cache_control(one, "/events?category=a&since_time=0") == by_nobody);
}

TEST_CASE("events behind a cursor or a time may be kept, parked for or not; what begins now may not",
          "[http]") {
  test_server server(caching(), some_rules());
  client one(server.port()), publisher(server.port());
  const auto first = publish_one(publisher), second = publish_one(publisher);
  CHECK(cache_control(one, after(first)) == kept);
  CHECK(cache_control(one, "/events?category=public&since_time=0") == kept);
  CHECK(cache_control(one, "/events?category=public&last_id=" + first) == by_nobody);
  for (const auto& [target, expected] :
       {std::pair(after(second), kept), std::pair(std::string("/events?category=public"), by_nobody)}) {
    one.send(request_text("GET", target));
    REQUIRE(server.parks(1));
    publish_one(publisher);
    CHECK(one.receive()->field("Cache-Control") == expected);
  }
}

TEST_CASE("a kept timeout's cursor differs from the one asked with each time, leads on and does not grow",
          "[http]") {
  test_server server(caching(), some_rules());
  client one(server.port());
  const auto id = publish_one(one);
  std::string cursor = id;
  for (int i = 0; i < 3; ++i) {
    const auto answer = one.get(after(cursor, "&timeout=1"));
    CHECK(answer->field("Cache-Control") == kept);
    CHECK(answer->field("Vary").empty());
    REQUIRE(answer->json().as_object().contains("timeout"));
    const auto next = cursor_of(*answer);
    CHECK(next != cursor);
    CHECK(next.find(id + '~') == 0);
    CHECK(next.size() <= id.size() + suffix_chars_max);
    cursor = next;
  }
  const auto second = publish_one(one);
  const auto answer = one.get(after(cursor));
  CHECK(cursor_of(*answer) == second);
  CHECK_FALSE(answer->json().as_object().contains("gap"));
  CHECK(answer->json().at("events").as_array().size() == 1);
}

TEST_CASE("a timeout by time alone is not kept: who repeats it would be given it again and again", "[http]") {
  test_server server(caching(), some_rules());
  client one(server.port());
  const auto timeout = one.get("/events?category=public&since_time=0&timeout=1");
  CHECK(timeout->json().as_object().contains("timeout"));
  CHECK(timeout->field("Cache-Control") == by_nobody);
}

TEST_CASE("with a gap a reply may be kept: it is the same for whoever stands there", "[http]") {
  test_server server(caching(), some_rules());
  client one(server.port());
  publish_one(one);
  const auto answer = one.get(after("0191b3a2-77f0-7abc-8def-0123456789ab"));
  CHECK(answer->json().as_object().contains("gap"));
  CHECK(answer->field("Cache-Control") == kept);
}

TEST_CASE("a reply to whoever shows credentials is kept by nobody, though anyone may have it", "[http]") {
  auto of = caching();
  of.token_cookie = "session";
  of.token_in_query = true;
  test_server server(of, some_rules());
  client one(server.port());
  const auto first = publish_one(one);
  publish_one(one);
  const auto token = site_token("alice");
  CHECK(cache_control(one, after(first), bearer(backend_secret)) == by_nobody);
  CHECK(cache_control(one, after(first), bearer(token)) == by_nobody);
  CHECK(cache_control(one, after(first), "Cookie: a=b; session=" + token + "\r\n") == by_nobody);
  CHECK(cache_control(one, after(first, "&token=" + token)) == by_nobody);
  CHECK(cache_control(one, after(first, "&%74oken=" + token)) == by_nobody);
  CHECK(cache_control(one, after(first), "Cookie: a=b\r\n") == kept);
  // Cookies of pages that are not allowed do not count, and were shown all the same.
  CHECK(cache_control(one, after(first),
                      "Origin: https://evil.example\r\nCookie: session=" + token + "\r\n") == by_nobody);
}

TEST_CASE("an Authorization that means nothing here is one all the same", "[http]") {
  test_server server(caching(), std::make_shared<access_rules>());
  client one(server.port());
  const auto first = one.publish("a", "1");
  one.publish("a", "2");
  CHECK(cache_control(one, after(first, "", "a"), "Authorization: Basic YTpi\r\n") == by_nobody);
  CHECK(cache_control(one, after(first, "", "a")) == kept);
}

TEST_CASE("nobody keeps what is not for anyone, parked for or not, nor that it was refused", "[http]") {
  test_server server(caching(), some_rules());
  client one(server.port()), publisher(server.port());
  const auto first = publish_one(publisher, "private"), second = publish_one(publisher, "private");
  const auto alice = bearer(site_token("alice"));
  CHECK(cache_control(one, after(first, "", "private"), alice) == by_nobody);
  one.send(request_text("GET", after(second, "", "private"), alice));
  REQUIRE(server.parks(1));
  publish_one(publisher, "private");
  CHECK(one.receive()->field("Cache-Control") == by_nobody);
  CHECK(cache_control(one, after(first, "", "private")) == by_nobody);
  CHECK(cache_control(one, after(first), "Authorization: Bearer wrong\r\n") == by_nobody);
  const auto both = one.get("/events?category=public&category=private&cursor=" + first + "," + first, alice);
  CHECK(both->status == 200);
  CHECK(both->field("Cache-Control") == by_nobody);
}

TEST_CASE("errors and a HEAD are kept by nobody", "[http]") {
  auto of = caching();
  of.max_parked_polls_per_category = 1;
  test_server server(of, some_rules());
  client one(server.port()), parked(server.port());
  const auto first = publish_one(one), second = publish_one(one);
  CHECK(cache_control(one, after("nonsense")) == by_nobody);
  CHECK(cache_control(one, after(first, "&timeout=0")) == by_nobody);
  one.send(request_text("HEAD", after(first)));
  CHECK(one.receive(false)->field("Cache-Control") == by_nobody);
  parked.send(request_text("GET", after(second)));
  REQUIRE(server.parks(1));
  const auto full = one.get(after(second));
  CHECK(full->status == 503);
  CHECK(full->field("Cache-Control") == by_nobody);
  parked.close();
}

TEST_CASE("what the site's backend has allowed is kept by nobody; what anyone may is", "[http]") {
  backend site(always(allowed));
  test_server server(caching(), rules_asking(site));
  client one(server.port());
  REQUIRE(publish_status(one, "mine", cookie) == 200);
  REQUIRE(publish_status(one, "public", cookie) == 200);
  CHECK(cache_control(one, "/events?category=mine&since_time=0") == by_nobody);
  CHECK(cache_control(one, "/events?category=mine&since_time=0", cookie) == by_nobody);
  CHECK(cache_control(one, "/events?category=mine&category=public&since_time=0", cookie) == by_nobody);
  CHECK(cache_control(one, "/events?category=public&since_time=0") == kept);
}

TEST_CASE("a certificate is a credential", "[http][tls]") {
  authority own;
  auto of = tls_config();
  of.shared_cache_seconds = 2;
  of.tls_client_ca = own.certificate();
  test_server server(of, std::make_shared<access_rules>());
  const auto files = own.issue();
  client one(server.port(), [&](SSL_CTX& to) {
    SSL_CTX_use_certificate_chain_file(&to, files.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(&to, files.key.c_str(), SSL_FILETYPE_PEM);
  });
  one.publish("a", "1");
  CHECK(cache_control(one, "/events?category=a&since_time=0") == by_nobody);
}

TEST_CASE("polls that end early are kept by nobody: when the server stops, and when rights are taken away",
          "[http]") {
  const bool stops = GENERATE(true, false);
  test_server server(caching(), some_rules());
  client one(server.port());
  one.send(request_text("GET", after(publish_one(one))));
  REQUIRE(server.parks(1));
  if (stops) {
    server->stop();
  } else {
    server->reconfigure(caching(), rules_of("[anyone]\nsubscribe = []\n" + backend_table()), nullptr);
  }
  const auto last = one.receive();
  REQUIRE(last);
  CHECK(last->json().as_object().contains("timeout"));
  CHECK(last->field("Cache-Control") == by_nobody);
}

TEST_CASE("a reload changes how long is kept, of polls that are parked too", "[http]") {
  test_server server(caching(), some_rules());
  client one(server.port()), publisher(server.port());
  const std::string longer = "public, max-age=3";
  const auto parked_over = [&](int seconds, const std::string& then) {
    one.send(request_text("GET", after(publish_one(publisher))));
    REQUIRE(server.parks(1));
    auto of = caching();
    of.shared_cache_seconds = seconds;
    server->reconfigure(of, some_rules(), nullptr);
    REQUIRE(
        eventually([&] { return cache_control(publisher, "/events?category=public&since_time=0") == then; }));
    publish_one(publisher);
    return one.receive()->field("Cache-Control");
  };
  CHECK(parked_over(3, longer) == longer);
  CHECK(parked_over(0, by_nobody) == by_nobody);
  CHECK(parked_over(3, longer) == by_nobody);  // nobody had looked whether anyone may have it
}

TEST_CASE("of origins that are named a kept reply differs by Origin, where all are allowed by nothing",
          "[http]") {
  auto of = caching();
  of.cors_allow_origins = {"https://ok.example"};
  const std::string ok = "Origin: https://ok.example\r\n";
  {
    test_server server(of, some_rules());
    client one(server.port());
    const auto first = publish_one(one);
    publish_one(one);
    for (const auto& fields : {std::string(), ok}) {
      const auto answer = one.get(after(first), fields);
      CHECK(answer->field("Vary") == "Origin");
      CHECK(answer->field("Access-Control-Allow-Origin") == (fields.empty() ? "" : "https://ok.example"));
    }
  }
  of.cors_allow_origins = {"*"};
  test_server server(of, some_rules());
  client one(server.port());
  const auto first = publish_one(one);
  publish_one(one);
  for (const auto& fields : {std::string(), ok}) {
    const auto answer = one.get(after(first), fields);
    CHECK(answer->field("Vary").empty());
    CHECK(answer->field("Access-Control-Allow-Origin") == "*");
    CHECK(answer->field("Cache-Control") == kept);
  }
}
