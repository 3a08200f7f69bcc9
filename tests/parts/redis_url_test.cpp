#include "longpolld/parts/redis_url.hpp"

#include "support/catch.hpp"

using namespace longpolld;
using kind = redis_url::kind;

TEST_CASE("where a Redis server is can be said in each form", "[parts]") {
  const auto plain = redis_url::parse("redis://example.org");
  REQUIRE(plain.has_value());
  CHECK(plain->is == kind::tcp);
  CHECK(plain->at == std::vector<redis_url::place>{{"example.org", "6379"}});
  CHECK(plain->database == 0);

  const auto full = redis_url::parse("rediss://me:p%40ss:w@[::1]:7000/3");
  REQUIRE(full.has_value());
  CHECK(full->is == kind::tls);
  CHECK(full->user == "me");
  CHECK(full->password == "p@ss:w");
  CHECK(full->at == std::vector<redis_url::place>{{"::1", "7000"}});
  CHECK(full->database == 3);

  CHECK(redis_url::parse("redis://:secret@h/")->password == "secret");
  CHECK(redis_url::parse("redis://:secret@h/")->user.empty());

  const auto local = redis_url::parse("unix://:secret@/run/redis.sock?db=2");
  REQUIRE(local.has_value());
  CHECK(local->is == kind::unix);
  CHECK(local->path == "/run/redis.sock");
  CHECK(local->password == "secret");
  CHECK(local->database == 2);

  const auto watched = redis_url::parse("redis+sentinel://a:1,b/mine/4");
  REQUIRE(watched.has_value());
  CHECK(watched->is == kind::sentinel);
  CHECK(watched->at == std::vector<redis_url::place>{{"a", "1"}, {"b", "26379"}});
  CHECK(watched->master == "mine");
  CHECK(watched->database == 4);
}

TEST_CASE("what says nowhere is refused, and no secret is repeated", "[parts]") {
  for (const char* text : {"", "localhost:6379", "http://h", "redis://", "redis://h:0", "redis://h:65536",
                           "redis://h:", "redis://a,b", "redis://h/x", "redis://h/1/2", "redis://h y",
                           "redis://:%zz@h", "redis://[::1", "unix://", "unix://h/path", "unix:///run/s?x=1",
                           "redis+sentinel://h", "redis+sentinel://h/", "redis+sentinel://,/m"}) {
    INFO(text);
    CHECK(redis_url::parse(text).has_error());
  }
  const auto refused = redis_url::parse("redis://:secret@h:x");
  REQUIRE(refused.has_error());
  CHECK(refused.error().text.find("secret") == std::string::npos);
}

TEST_CASE("what is shown of where a Redis server is holds no secret", "[parts]") {
  CHECK(redis_url::parse("rediss://me:secret@[::1]/3")->shown() == "rediss://[::1]:6379/3");
  CHECK(redis_url::parse("unix://me:secret@/run/s?db=2")->shown() == "unix:///run/s?db=2");
  CHECK(redis_url::parse("redis+sentinel://:secret@a,b:2/m")->shown() == "redis+sentinel://a:26379,b:2/m");
}
