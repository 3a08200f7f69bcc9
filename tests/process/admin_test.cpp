#include "process/journal_server.hpp"
#include "support/access.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <vector>

using namespace longpolld::test;

namespace {

const std::string event = R"({"category":"a","data":1})";

/// A server with a file of its own and an address for its operator, its second.
class operated_process {
 public:
  explicit operated_process(const std::string& text) : file_(common_authority().write("")) {
    write(text);
    server_.emplace(std::vector<std::string>{"--config", file_, "--listen", "127.0.0.1:0", "--admin-listen",
                                             "127.0.0.1:0", "--log-format", "text", "--threads", "2"});
    REQUIRE(server_->port(1) != 0);
  }
  void write(const std::string& text) { std::ofstream(file_) << text; }
  received reload() { return client(server_->port(1)).post("/admin/reload", "").value_or(received{}); }
  process& server() { return *server_; }
  std::uint16_t port() { return server_->port(0); }
  std::uint16_t admin_port() { return server_->port(1); }

 private:
  std::string file_;
  std::optional<process> server_;
};

}  // namespace

TEST_CASE("what is reloaded over the wire holds on every thread once that is answered", "[process]") {
  operated_process one("");
  for (int round = 0; round < 10; ++round) {
    one.write(backend_table());
    const auto told = one.reload();
    CHECK(told.status == 200);
    CHECK(told.body == R"({"reloaded":true,"needs_restart":[]})");
    for (int i = 0; i < 4; ++i) {
      CHECK(client(one.port()).post("/publish", event)->status == 401);
      CHECK(client(one.port()).post("/publish", event, bearer(backend_secret))->status == 200);
    }
    one.write("");
    CHECK(one.reload().status == 200);
    for (int i = 0; i < 4; ++i) CHECK(client(one.port()).post("/publish", event)->status == 200);
  }
}

TEST_CASE("what has changed but takes a restart is named to who reloads, and so is all that contradicts it",
          "[process]") {
  operated_process one("");
  one.write("max_categories = 7\nmax_connections_per_address = 9\n");
  CHECK(one.reload().body ==
        R"({"reloaded":true,"needs_restart":["max_categories","max_connections_per_address"]})");
  one.write("max_body_bytes = 300000000\nmax_reply_bytes = 300000000\n");
  const auto why = std::string(one.reload().json().at("error").as_string());
  CHECK(why.find("max_body_bytes") != std::string::npos);
  CHECK(why.find("max_reply_bytes") != std::string::npos);
}

TEST_CASE("what cannot be reloaded is said to who asks, and all stays as it was", "[process]") {
  operated_process one(backend_table());
  one.write("max_event_bytes = 0\nthings = 1\n" + backend_table());
  const auto told = one.reload();
  CHECK(told.status == 422);
  const auto why = std::string(told.json().at("error").as_string());
  CHECK(why.find("max_event_bytes") != std::string::npos);
  CHECK(why.find("things") != std::string::npos);
  one.write("[[[");
  CHECK(one.reload().status == 422);
  one.write("\xff = \x80\"\\");
  CHECK(one.reload().json().at("error").is_string());
  CHECK(client(one.port()).post("/publish", event, bearer(backend_secret))->status == 200);
}

TEST_CASE("a storm of reloads is answered whole, and signals are heard in between", "[process]") {
  operated_process one(backend_table());
  std::vector<std::unique_ptr<client>> all;
  std::string asked;
  for (int n = 0; n < 10; ++n) asked += request_text("POST", "/admin/reload");
  for (int i = 0; i < 30; ++i) {
    all.push_back(std::make_unique<client>(one.admin_port()));
    all.back()->send(asked);
  }
  one.server().signal(SIGHUP);
  for (auto& by : all) {
    for (int n = 0; n < 10; ++n) {
      const auto told = by->receive();
      REQUIRE(told);
      CHECK(told->status == 200);
    }
  }
  for (auto& by : all) by->send(asked);
  one.server().signal(SIGINT);
  CHECK(one.server().wait() == 0);
}

TEST_CASE("a purge that is answered 200 holds after a crash, and one that the disk refuses has taken nothing",
          "[process]") {
  faulty_disk at;
  const auto flags = journal_flags(at / "j", {"--admin-listen", "127.0.0.1:0"});
  {
    process server(flags, at.environment());
    const auto port = server.port();
    const auto purge = [&] {
      client by(server.port(1));
      by.send(request_text("DELETE", "/admin/categories?category=a"));
      return by.receive().value_or(received{});
    };
    for (int i = 0; i < 3; ++i) REQUIRE(publish(port)->status == 200);
    at->write_error = ENOSPC;
    CHECK(purge().status == 503);
    CHECK(all_of(port, "a").size() == 3);
    CHECK(client(server.port(1)).get("/metrics")->body.find("longpolld_store_state{state=\"failing\"} 1\n") !=
          std::string::npos);
    at->write_error = 0;
    CHECK(purge().body == R"({"purged":3})");
    CHECK(all_of(port, "a").empty());
    server.signal(SIGKILL);
    REQUIRE(server.wait());
  }
  process next(flags);
  REQUIRE(is_ready(next.port()));
  CHECK(all_of(next.port(), "a").empty());
  REQUIRE(publish(next.port())->status == 200);
  CHECK(all_of(next.port(), "a").size() == 1);
}

TEST_CASE("the same address cannot be an operator's and another's", "[process]") {
  const auto said = run({"--listen", "127.0.0.1:8080", "--admin-listen", "127.0.0.1:8080"});
  CHECK(said.code == 78);
  CHECK(holds(said, "admin_listen"));
  CHECK(run({"--admin-listen", "nowhere:x", "--check-config"}).code == 78);
}

TEST_CASE("the start says of each address whom it serves", "[process]") {
  process server(
      {"--listen", "127.0.0.1:0", "--publish-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"});
  CHECK(server.says("speaks=http serves=subscribers"));
  CHECK(server.says("speaks=http serves=publishers"));
  CHECK(server.says("speaks=http serves=operators"));
  CHECK(process({"--listen", "127.0.0.1:0"}).says("speaks=http serves=everyone"));
}

TEST_CASE("an address for an operator elsewhere that nobody may use is warned of", "[process]") {
  process open({"--listen", "127.0.0.1:0", "--admin-listen", "0.0.0.0:0"});
  CHECK(open.says("nobody on another machine may use this address"));
}
