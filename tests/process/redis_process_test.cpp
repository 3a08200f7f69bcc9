#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/node.hpp"
#include "support/process.hpp"
#include "support/redis_server.hpp"
#include "support/tls_redis.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::vector<std::string> arguments_of(const std::string& url, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"--listen", "127.0.0.1:0", "--store", "redis", "--redis-url", url};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<std::string> arguments_of(const redis_server& redis, const std::vector<std::string>& more = {}) {
  return arguments_of(redis.url(), more);
}

bool becomes_ready(process& one) {
  const auto port = one.port();
  return eventually([&] {
    const auto answer = client(port).get("/readyz");
    return answer && answer->status == 200;
  });
}

}  // namespace

TEST_CASE("a node that stood still for longer than the log is long misses nothing that is kept",
          "[process]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  auto of = node_of(redis);
  of.redis_log_events = 100;
  of.max_event_buffer_size = 2000;
  of.max_events_per_reply = 2000;
  node other(of);
  process stopped(arguments_of(redis, {"--redis-log-events", "100", "--max-event-buffer-size", "2000",
                                       "--max-events-per-reply", "2000"}));
  REQUIRE(becomes_ready(stopped));
  client waits(stopped.port());
  waits.send(request_text("GET", "/events?category=farm&timeout=60"));
  const auto first = client(stopped.port()).get("/events?category=farm&timeout=1");
  REQUIRE(first);
  const auto cursor = node::cursor_of(*first);
  stopped.signal(SIGSTOP);
  std::vector<std::string> all;
  client publisher(other.port());
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(!publisher.publish("farm", std::to_string(i)).empty());
    all.push_back(std::to_string(i));
  }
  CHECK(redis.ask({"XLEN", "longpolld{log}:log"}).number < 1000);
  stopped.signal(SIGCONT);
  // It may have been told of the first ones just before it stood still.
  auto got = waits.receive();
  REQUIRE(got);
  std::vector<std::string> seen;
  for (;;) {
    CHECK_FALSE(node::has_gap(*got));
    const auto more = node::data_of(*got);
    seen.insert(seen.end(), more.begin(), more.end());
    if (seen.size() >= all.size() || more.empty()) break;
    got = client(stopped.port()).get("/events?category=farm&timeout=5&cursor=" + node::cursor_of(*got));
    REQUIRE(got);
  }
  CHECK(seen == all);
  const auto rest = client(stopped.port()).get("/events?category=farm&timeout=1&cursor=" + cursor);
  REQUIRE(rest);
  CHECK(node::data_of(*rest) == all);
  CHECK_FALSE(node::has_gap(*rest));
}

TEST_CASE("a node that is killed takes nothing with it", "[process]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  node left(redis);
  REQUIRE(left.becomes(200));
  std::vector<std::string> told;
  std::string cursor;
  {
    process killed(arguments_of(redis));
    REQUIRE(becomes_ready(killed));
    client publisher(killed.port());
    for (int i = 0; i < 50; ++i) {
      REQUIRE(!publisher.publish("farm", std::to_string(i)).empty());
      told.push_back(std::to_string(i));
      if (i == 9) cursor = node::cursor_of(*client(killed.port()).get("/events?category=farm&since_time=0"));
    }
    killed.signal(SIGKILL);
    CHECK(killed.wait() == 128 + SIGKILL);
  }
  CHECK(left.kept("farm") == told);
  const auto rest = left.poll("farm", "&cursor=" + cursor);
  CHECK(node::data_of(rest) == std::vector<std::string>(told.begin() + 10, told.end()));
  CHECK_FALSE(node::has_gap(rest));
}

TEST_CASE("a node whose limits are others than those of its history says so", "[process]") {
  if (!redis_server::is_there()) return;
  const redis_server redis;
  process one(arguments_of(redis));
  REQUIRE(becomes_ready(one));
  process other(arguments_of(redis, {"--max-event-buffer-size", "7"}));
  CHECK(other.says("another node of this history has other limits"));
  CHECK(becomes_ready(other));
}

TEST_CASE("a node whose Redis is not there lives, is not ready, and stops when it is told to", "[process]") {
  process one(
      {"--listen", "127.0.0.1:0", "--store", "redis", "--redis-url", "redis://me:secret-word@127.0.0.1:1"});
  const auto port = one.port();
  CHECK(client(port).get("/healthz")->status == 200);
  CHECK(client(port).get("/readyz")->status == 503);
  CHECK(client(port).get("/events?category=a&timeout=1")->status == 503);
  CHECK(one.says("Redis cannot be used"));
  one.signal(SIGINT);
  CHECK(one.wait() == 0);
  CHECK(one.output().find("secret-word") == std::string::npos);
}

TEST_CASE("a node gives the password of its file, and is not let in without it", "[process]") {
  if (!redis_server::is_there()) return;
  const redis_server redis({"--requirepass", "secret-word"});
  const auto file =
      std::filesystem::temp_directory_path() / ("longpolld-password-" + std::to_string(redis.port()));
  std::ofstream(file) << "secret-word" << GENERATE("\n", "\r\n", "", "\nanother line\n");
  process let_in(arguments_of(redis, {"--redis-password-file", file.string()}));
  CHECK(becomes_ready(let_in));
  process left_out(arguments_of(redis));
  CHECK(left_out.says("NOAUTH"));
  CHECK(client(left_out.port()).get("/readyz")->status == 503);
  CHECK(let_in.output().find("secret-word") == std::string::npos);
  std::filesystem::remove(file);
}

TEST_CASE("a node gives nothing to a Redis that nobody vouches for, that is another, or that speaks no TLS",
          "[process]") {
  if (!redis_server::is_there()) return;
  const bool is_another = GENERATE(false, true);
  const tls_redis at(is_another ? authority::wish{.name = "elsewhere", .alternatives = "DNS:elsewhere"}
                                : authority::wish{});
  const authority other;
  const auto trusted = is_another ? at.by.certificate() : other.certificate();
  process refuses(arguments_of(at.url(), {"--redis-ca-file", trusted}));
  CHECK(refuses.says("its certificate is not good"));
  CHECK(client(refuses.port()).get("/readyz")->status == 503);
  process plain(arguments_of("rediss://localhost:" + std::to_string(at.redis.port()),
                             {"--redis-ca-file", at.by.certificate()}));
  CHECK(plain.says("Redis cannot be used"));
  CHECK(client(plain.port()).get("/readyz")->status == 503);
  CHECK(at.redis.ask({"EXISTS", "longpolld{log}:meta"}).number == 0);
}

TEST_CASE("what is wrong with store = redis is said without a connection", "[process]") {
  const auto check = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"--check-config", "--store", "redis"});
    return run(more);
  };
  CHECK(holds(check({}), "redis_url"));
  CHECK(holds(check({"--redis-url", "http://x"}), "redis://"));
  CHECK(holds(check({"--redis-url", "redis://x", "--redis-password-file", "/nowhere"}), "/nowhere"));
  CHECK(holds(check({"--redis-url", "redis://x", "--redis-password-file", "/dev/null"}), "/dev/null"));
  CHECK(holds(check({"--redis-url", "rediss://x", "--redis-ca-file", "/nowhere"}), "/nowhere"));
  CHECK(holds(check({"--redis-url", "redis://x", "--redis-ca-file", "/nowhere"}), "rediss://"));
  CHECK(holds(check({"--redis-url", "redis://x", "--delete-event-after-first-retrieval=true"}),
              "nodes would have to agree"));
  CHECK(check({"--redis-url", "redis://x"}).code == 0);
  const auto printed =
      run({"--print-config", "--store", "redis", "--redis-url", "redis://me:secret-word@x/1"});
  CHECK(holds(printed, "redis://...@x/1"));
  CHECK_FALSE(holds(printed, "secret-word"));
}
