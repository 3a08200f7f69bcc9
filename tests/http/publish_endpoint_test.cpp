#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <csignal>

using namespace longpolld::test;

namespace {

const std::string event = R"({"category":"a","data":1})";
const std::string warning = "publishes through the proxy";

std::vector<std::string> options(std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"--listen", "127.0.0.1:0", "--log-format", "text", "--threads", "1"});
  return more;
}

/// Publishes as the proxy on this machine does for this client.
void publish_for(std::uint16_t port, const std::string& forwarded_for) {
  client one(port);
  const auto answer = one.post("/publish", event, forwarded_for);
  REQUIRE(answer);
  CHECK(answer->status == 200);
}

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("publishing through a proxy from another machine is said, once", "[http]") {
  process server(options());
  publish_for(server.port(), "X-Forwarded-For: 203.0.113.9\r\n");
  CHECK(server.says("warning"));
  CHECK(server.says("client=203.0.113.9 proxy=127.0.0.1"));
  publish_for(server.port(), "X-Forwarded-For: 203.0.113.10\r\n");
  server.signal(SIGINT);
  REQUIRE(server.wait() == 0);
  CHECK(times(server.output(), warning) == 1);
}

TEST_CASE("publishing from this machine is not said, nor at an address that is for publishing", "[http]") {
  process server(options());
  for (const auto* said : {"", "X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-For: unknown\r\n"}) {
    publish_for(server.port(), said);
  }
  process parted(options({"--publish-listen", "127.0.0.1:0"}));
  publish_for(parted.port(1), "X-Forwarded-For: 203.0.113.9\r\n");
  for (auto* one : {&server, &parted}) {
    one->signal(SIGINT);
    REQUIRE(one->wait() == 0);
    CHECK(times(one->output(), warning) == 0);
  }
}
