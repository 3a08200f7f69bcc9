#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <future>
#include <memory>

using namespace longpolld;
using namespace longpolld::test;

// `GET /demo/status` is answered later: once every shard has told its counts.
namespace {

config with_demo() {
  auto of = test_config();
  of.demo = demo_mode::on;
  return of;
}

/// Holds up the second shard until it is let go on: what gathers from all shards waits for it.
class stall {
 public:
  explicit stall(test_server& of) {
    of->pool()[1].post([until = until_.get_future().share()] { until.wait(); });
  }
  ~stall() { go_on(); }
  void go_on() {
    if (!std::exchange(is_over_, true)) until_.set_value();
  }

 private:
  std::promise<void> until_;
  bool is_over_ = false;
};

/// A client whose requests for the status wait for the second shard.
struct late_status {
  std::unique_ptr<test_server> server = std::make_unique<test_server>(with_demo());
  client one{server->port()};
  bool is_served = one.get("/healthz").has_value();  // before the second shard is held up
  stall second{*server};
};

std::int64_t number(const received& from, const char* name) { return from.json().at(name).as_int64(); }

}  // namespace

TEST_CASE("the counts of all shards are told together, by whichever shard is asked", "[http]") {
  auto of = with_demo();
  of.threads = GENERATE(1, 2, 8);
  test_server server(of);
  std::vector<std::unique_ptr<client>> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(std::make_unique<client>(server.port()));
    waiting.back()->send(request_text("GET", "/events?category=a&timeout=100"));
  }
  REQUIRE(server.parks(8));
  for (int i = 0; i < 8; ++i) {
    client one(server.port());
    const auto status = one.get("/demo/status");
    REQUIRE(status);
    CHECK(number(*status, "parked_polls") == 8);
    CHECK(number(*status, "connections") >= 9);
    CHECK(number(*status, "threads") == of.threads);
  }
}

TEST_CASE_METHOD(late_status, "requests behind one that is answered later keep their turn", "[http]") {
  REQUIRE(is_served);
  one.send(request_text("GET", "/demo/status") + request_text("GET", "/healthz"));
  one.send(request_text("GET", "/readyz"));
  CHECK_FALSE(one.readable(std::chrono::milliseconds(100)));
  second.go_on();
  CHECK(one.receive()->body.find("parked_polls") != std::string::npos);
  CHECK(one.receive()->body.find("version") != std::string::npos);
  CHECK(one.receive()->body.find("ready") != std::string::npos);
}

TEST_CASE_METHOD(late_status,
                 "a client that half-closes behind a request that is answered later gets the answer",
                 "[http]") {
  REQUIRE(is_served);
  one.send(request_text("GET", "/demo/status") + request_text("GET", "/healthz"));
  one.shutdown_sending();
  CHECK_FALSE(one.readable(std::chrono::milliseconds(100)));
  second.go_on();
  CHECK(one.receive()->status == 200);
  CHECK(one.receive()->status == 200);
  CHECK(one.receive_all().empty());
}

TEST_CASE_METHOD(late_status, "an answer for a client that left goes nowhere, and others are served",
                 "[http]") {
  REQUIRE(is_served);
  one.send(request_text("GET", "/demo/status"));
  one.reset();
  CHECK(eventually([&] { return (*server)->open_connections() == 0; }));
  second.go_on();
  client other(server->port());
  CHECK(other.get("/demo/status")->status == 200);
}

TEST_CASE_METHOD(
    late_status,
    "a request that is not answered in time gets 503, and the late answer is not taken for another's",
    "[http]") {
  REQUIRE(is_served);
  one.send(request_text("GET", "/demo/status"));
  const auto late = one.receive();
  REQUIRE(late);
  CHECK(late->status == 503);
  CHECK(late->field("Retry-After") == "1");
  one.send(request_text("GET", "/demo/status"));
  second.go_on();
  CHECK(one.receive()->status == 200);
  CHECK(one.get("/healthz")->body.find("version") != std::string::npos);
}

TEST_CASE_METHOD(late_status,
                 "a server that ends drops what is answered later and the rest of its life goes on",
                 "[http]") {
  REQUIRE(is_served);
  one.send(request_text("GET", "/demo/status"));
  CHECK_FALSE(one.readable(std::chrono::milliseconds(50)));
  auto ended = std::async([&] { server.reset(); });
  second.go_on();
  ended.get();
  one.receive_all();  // an answer or an end, whichever came first
}
