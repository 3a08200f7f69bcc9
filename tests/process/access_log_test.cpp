#include "support/access.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/folder.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace longpolld::test;

namespace {

std::string text_of(const std::string& file) {
  std::ifstream from(file);
  return {std::istreambuf_iterator<char>(from), {}};
}

bool comes_to_hold(const std::string& file, const std::string& what) {
  return eventually([&] { return text_of(file).find(what) != std::string::npos; });
}

std::vector<std::string> flags(const std::string& file, const std::string& format = "text") {
  return {"--listen",          "127.0.0.1:0", "--access-log",          format,
          "--access-log-file", file,          "--drain-delay-seconds", "0"};
}

}  // namespace

TEST_CASE("the access log has a line for each request, and how a parked poll ended", "[process]") {
  const folder at;
  process server(flags(at / "log"));
  const auto port = server.port();
  client one(port), waiting(port), leaving(port);
  CHECK(one.get("/nowhere?token=secret&x=%22")->status == 404);
  waiting.send(request_text("GET", "/events?category=farm&timeout=60"));
  leaving.send(request_text("GET", "/events?category=barn&timeout=60"));
  CHECK(one.get("/events?category=sea&timeout=1")->status == 200);  // by then the others wait, too
  CHECK(one.publish("farm", "1") != "");
  const auto reply = waiting.receive();
  REQUIRE(reply);
  leaving.close();
  REQUIRE(comes_to_hold(at / "log", " gone\n"));
  REQUIRE(comes_to_hold(at / "log", " event\n"));
  const auto text = text_of(at / "log");
  CHECK(text.find(" 127.0.0.1 - \"GET /nowhere?") != std::string::npos);
  CHECK(text.find("secret") == std::string::npos);
  CHECK(text.find(" - \"POST /publish\" 200 ") != std::string::npos);
  CHECK(text.find(" - \"GET /events?category=sea&timeout=1\" 200 ") != std::string::npos);
  CHECK(text.find(" timeout\n") != std::string::npos);
  const auto bytes = reply->head.size() + 2 + reply->body.size();
  CHECK(text.find(" - \"GET /events?category=farm&timeout=60\" 200 " + std::to_string(bytes) + ' ') !=
        std::string::npos);
  CHECK(text.find(" - \"GET /events?category=barn&timeout=60\" 0 0 ") != std::string::npos);
}

TEST_CASE("the access log goes on in a new file once the old one is renamed and SIGUSR2 says so",
          "[process]") {
  const folder at;
  process server(flags(at / "log", "json"));
  client one(server.port());
  REQUIRE(one.get("/first"));
  REQUIRE(comes_to_hold(at / "log", R"("path":"/first","status":404)"));
  std::filesystem::rename(at / "log", at / "log.1");
  REQUIRE(one.get("/second"));
  REQUIRE(comes_to_hold(at / "log.1", "/second"));
  server.signal(SIGUSR2);
  REQUIRE(eventually([&] { return std::filesystem::exists(at / "log"); }));
  REQUIRE(one.get("/third"));
  CHECK(comes_to_hold(at / "log", "/third"));
  CHECK(text_of(at / "log.1").find("/third") == std::string::npos);
  REQUIRE(one.get("/last"));
  server.signal(SIGTERM);
  CHECK(server.wait().value_or(-1) == 0);
  CHECK(text_of(at / "log").find("/last") != std::string::npos);
}

TEST_CASE("the access log names who asked by the name of the key, never by its secret", "[process]") {
  const folder at;
  std::ofstream(at / "toml") << backend_table();
  auto all = flags(at / "log");
  all.insert(all.end(), {"--config", at / "toml"});
  process server(all);
  client one(server.port());
  CHECK(one.get("/events?category=a&timeout=1&since_time=0", bearer(backend_secret))->status == 200);
  REQUIRE(comes_to_hold(at / "log", " key:backend \"GET /events"));
  CHECK(text_of(at / "log").find("the-secret-of") == std::string::npos);
}

TEST_CASE("the access log names the key that an operator's address was used with", "[process]") {
  const folder at;
  std::ofstream(at / "toml") << backend_table() << "admin = true\n";
  auto all = flags(at / "log");
  all.insert(all.end(), {"--config", at / "toml", "--admin-listen", "127.0.0.1:0"});
  process server(all);
  const auto port = server.port(1);
  CHECK(client(port).get("/metrics", bearer(backend_secret))->status == 200);
  CHECK(comes_to_hold(at / "log", " key:backend \"GET /metrics\" 200 "));
  CHECK(client(port).get("/metrics")->status == 200);
  CHECK(comes_to_hold(at / "log", " - \"GET /metrics\" 200 "));
}

TEST_CASE("what is refused before its head could be read has a line", "[process]") {
  const folder at;
  process server(flags(at / "log"));
  client odd(server.port()), good(server.port());
  odd.send("GET /events\r\n\r\n");
  CHECK(odd.receive()->status == 400);
  CHECK(comes_to_hold(at / "log", " 127.0.0.1 - \"-\" 400 "));
  CHECK(good.get("/healthz")->status == 200);
  good.send(request_text("GET", "/" + std::string(9000, 'x')));
  CHECK(good.receive()->status == 414);
  CHECK(comes_to_hold(at / "log", " 127.0.0.1 - \"-\" 414 "));
  const auto text = text_of(at / "log");
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
}

TEST_CASE("a full disk costs lines of the access log, which are counted and told once, and nothing else",
          "[process]") {
  process server(flags("/dev/full"));
  client one(server.port());
  for (int i = 0; i < 50; ++i) CHECK(one.get("/healthz")->status == 200);
  CHECK(server.says("lines of the access log are dropped file=/dev/full why=\"No space left on device\""));
  for (int i = 0; i < 50; ++i) CHECK(one.get("/healthz")->status == 200);
  server.signal(SIGTERM);
  CHECK(server.wait().value_or(-1) == 0);
  const auto said = server.output();
  CHECK(said.find("lines of the access log") == said.rfind("lines of the access log"));
}

TEST_CASE("an access log that cannot be opened ends the start with its name and why", "[process]") {
  const auto done = run(flags("/nowhere/log"));
  CHECK(done.code == 69);
  CHECK(holds(done, "access_log_file /nowhere/log: No such file or directory"));
  CHECK(holds(run({"--check-config", "--access-log-file", "/tmp/x"}), "access_log is off"));
}

TEST_CASE("signals that come while the last lines are written do not end the process before they are",
          "[process]") {
  const folder at;
  const auto pipe = at / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  process server(flags(pipe));
  client one(server.port());
  for (int i = 0; i < 200; ++i) REQUIRE(one.get("/healthz?" + std::string(1000, 'x')));  // more than it holds
  server.signal(SIGTERM);
  REQUIRE(server.says(" stopped"));
  for (const int number : {SIGUSR2, SIGHUP, SIGUSR1, SIGTERM}) server.signal(number);
  CHECK(server.wait().value_or(-1) == 0);
  ::close(reader);
}

TEST_CASE("without a file the access log's lines go to standard output, whole", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--access-log", "text"});
  client one(server.port());
  REQUIRE(one.get("/healthz"));
  CHECK(server.says(" 127.0.0.1 - \"GET /healthz\" 200 "));
}

TEST_CASE("of long texts the access log has the beginning, and what is parked keeps no more", "[process]") {
  const folder at;
  process server(flags(at / "log"));
  client one(server.port());
  REQUIRE(one.get("/" + std::string(3000, 'p') + "?token=secret&" + std::string(3000, 'q')));
  REQUIRE(comes_to_hold(at / "log", "\n"));
  const auto text = text_of(at / "log");
  CHECK(text.find('/' + std::string(511, 'p') + "?token=...&" + std::string(499, 'q') + "\" 404") !=
        std::string::npos);
}

TEST_CASE("lines that are dropped while nobody reads the access log are counted and told at once",
          "[process]") {
  const folder at;
  const auto pipe = at / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  auto all = flags(pipe);
  all.insert(all.end(), {"--admin-listen", "127.0.0.1:0", "--max-requests-per-connection", "0"});
  process server(all);
  client one(server.port());
  std::string many;
  for (int i = 0; i < 50; ++i) many += request_text("GET", "/healthz?" + std::string(600, 'x'));
  for (int round = 0; round < 180; ++round) {  // some 5 MB
    REQUIRE(one.send(many));
    for (int i = 0; i < 50; ++i) REQUIRE(one.receive());
  }
  CHECK(server.says("lines of the access log are dropped"));
  const auto said = client(server.port(1)).get("/metrics")->body;
  const std::string name = "\nlongpolld_access_log_dropped_total ";
  REQUIRE(said.find(name) != std::string::npos);
  CHECK(std::stoi(said.substr(said.find(name) + name.size())) > 0);
  ::close(reader);
  server.signal(SIGKILL);
}

TEST_CASE("on standard output lines of the log and of the access log come whole", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--access-log", "text", "--log-level", "debug",
                  "--max-requests-per-connection", "0"});
  client one(server.port());
  std::string many;
  for (int i = 0; i < 50; ++i) many += request_text("GET", "/healthz?" + std::string(500, 'x'));
  for (int round = 0; round < 60; ++round) {  // a pipe holds 64 KiB: much is written in parts
    REQUIRE(one.send(many));
    for (int i = 0; i < 50; ++i) REQUIRE(one.receive());
  }
  REQUIRE(eventually([&] { return server.output().find("\"GET /healthz?xxx") != std::string::npos; }));
  server.signal(SIGTERM);
  CHECK(server.wait().value_or(-1) == 0);
  std::istringstream lines(server.output());
  std::size_t broken = 0;
  for (std::string line; std::getline(lines, line);) {  // each has one time, at its beginning
    broken += line.find("Z ") == std::string_view("2026-11-29T21:13:13.123").size() &&
                      line.find("Z ") == line.rfind("Z ")
                  ? 0
                  : 1;
  }
  CHECK(broken == 0);
}
