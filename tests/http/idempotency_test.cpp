#include "support/catch.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr const char* one_event = R"({"category":"a","data":1})";

std::size_t kept(client& by) {
  const auto answer = by.get("/events?category=a&since_time=0&timeout=1");
  REQUIRE(answer);
  const auto body = answer->json().as_object();
  return body.contains("events") ? body.at("events").as_array().size() : 0;
}

}  // namespace

TEST_CASE("a repeat with the same Idempotency-Key gets the first reply again and publishes nothing",
          "[http]") {
  const test_server server;
  client one(server.port());
  const auto first = one.post("/publish", one_event, "Idempotency-Key: k1\r\n");
  REQUIRE(first);
  CHECK(first->status == 200);
  CHECK(first->field("Idempotent-Replayed").empty());
  for (int i = 0; i < 3; ++i) {
    client other(server.port());
    const auto again = other.post("/publish", one_event, "Idempotency-Key: k1\r\n");
    REQUIRE(again);
    CHECK(again->status == 200);
    CHECK(again->body == first->body);
    CHECK(again->field("Idempotent-Replayed") == "true");
  }
  CHECK(kept(one) == 1);
}

TEST_CASE("the same Idempotency-Key with another body is 422", "[http]") {
  const test_server server;
  client one(server.port());
  REQUIRE(one.post("/publish", one_event, "Idempotency-Key: k1\r\n")->status == 200);
  const char* other = GENERATE(R"({"category":"a","data":2})", R"({"category":"b","data":1})",
                               R"([{"category":"a","data":1}])");
  const auto refused = one.post("/publish", other, "Idempotency-Key: k1\r\n");
  REQUIRE(refused);
  CHECK(refused->status == 422);
  CHECK(kept(one) == 1);
  CHECK(one.post("/publish", other, "Idempotency-Key: k2\r\n")->status == 200);
}

TEST_CASE("an Idempotency-Key that is none is 400 and publishes nothing", "[http]") {
  const test_server server;
  client one(server.port());
  for (const std::string fields : {"Idempotency-Key: \r\n", "Idempotency-Key: a b\r\n",
                                   "Idempotency-Key: a\r\nIdempotency-Key: a\r\n"}) {
    const auto refused = one.post("/publish", one_event, fields);
    REQUIRE(refused);
    CHECK(refused->status == 400);
    CHECK(refused->body.find("Idempotency-Key") != std::string::npos);
  }
  CHECK(one.post("/publish", one_event, "Idempotency-Key: " + std::string(256, 'k') + "\r\n")->status == 400);
  CHECK(kept(one) == 0);
}

TEST_CASE("an array and a category in the query are repeated as they were", "[http]") {
  const test_server server;
  client one(server.port());
  const std::string batch = R"([{"category":"a","data":1},{"category":"b","data":2}])";
  const auto first = one.post("/publish", batch, "Idempotency-Key: k1\r\n");
  CHECK(one.post("/publish", batch, "Idempotency-Key: k1\r\n")->body == first->body);
  const std::string fields = "Content-Type: application/json\r\nIdempotency-Key: k2\r\n";
  const auto bare = one.post("/publish?category=a", "1", fields);
  CHECK(one.post("/publish?category=a", "1", fields)->body == bare->body);
  CHECK(one.post("/publish?category=b", "1", fields)->status == 422);
  CHECK(kept(one) == 2);
}

TEST_CASE("a publish with a key wakes polls as any other, and its connection goes on", "[http]") {
  test_server server;
  client waits(server.port());
  waits.send(request_text("GET", "/events?category=a&timeout=30"));
  REQUIRE(server.parks(1));
  client one(server.port());
  one.send(request_text("POST", "/publish", "Idempotency-Key: k1\r\n", one_event) +
           request_text("POST", "/publish", "Idempotency-Key: k1\r\n", one_event) +
           request_text("GET", "/healthz"));
  CHECK(one.receive()->status == 200);
  CHECK(one.receive()->field("Idempotent-Replayed") == "true");
  CHECK(one.receive()->body.find("ok") != std::string::npos);
  const auto woken = waits.receive();
  REQUIRE(woken);
  CHECK(woken->json().at("events").as_array().size() == 1);
}
