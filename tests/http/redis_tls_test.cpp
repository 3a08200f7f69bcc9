#include "support/catch.hpp"
#include "support/node.hpp"
#include "support/tls_redis.hpp"

using namespace longpolld;
using namespace longpolld::test;

// Between a node and Redis over TLS.

TEST_CASE("a node speaks TLS to Redis, and goes on when it comes back", "[http][plain]") {
  if (!redis_server::is_there()) return;
  tls_redis at;
  auto of = at.of();
  of.max_reply_bytes = 8 << 20;
  node a(of), b(of);
  REQUIRE(a.becomes(200));
  REQUIRE(b.becomes(200));
  waiting_poll waits(b, "farm");
  REQUIRE(b.server().parks(1));
  const auto large = '"' + std::string(60'000, 'a') + '"';  // several records
  REQUIRE(a.publish("farm", large).status == 200);
  CHECK(node::data_of(waits.reply()) == std::vector<std::string>{large});
  for (int i = 0; i < 40; ++i) REQUIRE(a.publish("barn", large).status == 200);
  CHECK(b.kept("barn").size() == 40);  // more than one read
  at.redis.kill();
  REQUIRE(a.becomes(503));
  at.redis.start();
  REQUIRE(a.publishes("farm", "2"));
  CHECK(a.kept("farm") == std::vector<std::string>{large, "2"});
}
