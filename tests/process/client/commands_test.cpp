#include "longpolld/process/exit_codes.hpp"

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"
#include "support/test_server.hpp"

#include <algorithm>
#include <csignal>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::string url_of(const test_server& of) { return "http://127.0.0.1:" + std::to_string(of.port()); }

/// Runs a line of shell in which $LONGPOLLD is the program and speaks to this server.
finished shell(const std::string& line, const std::string& url) {
  return test::shell("export LONGPOLLD_URL=" + url + "; " + line);
}

std::size_t lines(const std::string& of) {
  return static_cast<std::size_t>(std::count(of.begin(), of.end(), '\n'));
}

}  // namespace

TEST_CASE("publish takes one event and prints its id; tail prints it byte for byte", "[process]") {
  test_server server;
  const auto sent = run({"publish", "farm & sea", R"({"pig":  1.50})", "--url", url_of(server)});
  CHECK(sent.code == 0);
  CHECK((sent.output.size() == 37 && sent.output[14] == '7'));
  const auto got = run({"tail", "farm & sea", "--since", "0", "--count", "1", "--url", url_of(server)});
  CHECK(got.code == 0);
  CHECK(holds(got, R"("data":{"pig":  1.50},"id":")" + sent.output.substr(0, 36)));
  CHECK(lines(got.output) == 1);
}

TEST_CASE("publish takes a line an event, in order, blank lines aside and the last one without its end",
          "[process]") {
  test_server server;
  const auto sent = shell("printf '1\\r\\n\\n\"two\"\\n[3,\\t4]' | $LONGPOLLD publish a", url_of(server));
  CHECK((sent.code == 0 && lines(sent.output) == 3));
  const auto got = shell("$LONGPOLLD tail a --since 0 --count 3", url_of(server));
  CHECK(got.output.find("\"data\":1,") < got.output.find("\"data\":\"two\""));
  CHECK(got.output.find("\"data\":\"two\"") < got.output.find("\"data\":[3,\t4]"));
  CHECK(lines(got.output) == 3);
}

TEST_CASE("a stream of many lines arrives whole and in order", "[process]") {
  auto limits = test_config();
  limits.max_event_buffer_size = 20'000;
  test_server server(limits);
  const auto sent = shell("seq 1 20000 | $LONGPOLLD publish a --batch 300", url_of(server));
  CHECK((sent.code == 0 && lines(sent.output) == 20'000));
  const auto same = shell(
      "seq 1 20000 > seq.$$; $LONGPOLLD tail a --since 0 --count 20000 | sed "
      "'s/.*\"data\":\\([0-9]*\\),.*/\\1/' | "
      "cmp - seq.$$; code=$?; rm seq.$$; exit $code",
      url_of(server));
  CHECK((same.code == 0 && same.output.empty()));
}

TEST_CASE("what comes slowly is published at once", "[process]") {
  test_server server;
  const auto got = shell(
      "mkfifo /tmp/longpolld_slow.$$; $LONGPOLLD publish a < /tmp/longpolld_slow.$$ & exec 3> "
      "/tmp/longpolld_slow.$$; "
      "rm /tmp/longpolld_slow.$$; echo 1 >&3; $LONGPOLLD tail a --since 0 --count 1; exec 3>&-; wait",
      url_of(server));
  CHECK(holds(got, "\"data\":1"));
}

TEST_CASE(
    "text is taken as text when asked; a line that is no JSON is named, what came before it is published",
    "[process]") {
  test_server server;
  CHECK(run({"publish", "a", "say \"hi\"", "--text", "--url", url_of(server)}).code == 0);
  const auto bad = shell("printf '1\\n2\\n{bad\\n4\\n' | $LONGPOLLD publish a", url_of(server));
  CHECK(bad.code == exit_refused);
  CHECK(holds(bad, "line 3 is not JSON"));
  const auto got =
      run({"tail", "a", "--since", "0", "--count", "9", "--for", "1.2", "--url", url_of(server)});
  CHECK(got.code == exit_too_few);
  CHECK(lines(got.output) == 3);
  CHECK(holds(got, R"("data":"say \"hi\"")"));
}

TEST_CASE("line breaks between the tokens of an event are spaces in tail", "[process]") {
  test_server server;
  client one(server.port());
  one.post("/publish", "{\"category\":\"a\",\"data\":{\n\"x\":\r\n1}}");
  const auto got = run({"tail", "a", "--since", "0", "--count", "1", "--url", url_of(server)});
  CHECK((lines(got.output) == 1 && holds(got, "{ \"x\":  1}")));
}

TEST_CASE("the server's refusal and wrong arguments have exit codes of their own", "[process]") {
  test_server server;
  const auto null = run({"publish", "a", "null", "--url", url_of(server)});
  CHECK((null.code == exit_refused && holds(null, "data must not be null (status 400)")));
  const auto twice = run({"tail", "a", "a", "--url", url_of(server)});
  CHECK((twice.code == exit_refused && holds(twice, "twice")));
  CHECK(run({"publish"}).code == exit_usage);
  CHECK(run({"tail", "a", "--url", "https://a"}).code == exit_usage);
  CHECK(run({"tail", "--help"}).code == 0);
  const auto away = run({"publish", "a", "1", "--url", "http://127.0.0.1:1"});
  CHECK((away.code == 69 && holds(away, "1 event not published: no answer: Connection refused")));
  const auto gone = run({"tail", "a", "--patience", "0", "--url", "http://127.0.0.1:1"});
  CHECK((gone.code == 69 && holds(gone, "gave up")));
}

TEST_CASE("publish waits for a server that is busy as long as asked, and stores once", "[process]") {
  auto limits = test_config();
  limits.max_events_per_second_per_address = 1;
  test_server server(limits);
  const auto all =
      shell("printf '1\\n2\\n3\\n' | $LONGPOLLD publish a --batch 1 --patience 20", url_of(server));
  CHECK((all.code == 0 && lines(all.output) == 3));
  CHECK(lines(run({"tail", "a", "--since", "0", "--for", "1.2", "--url", url_of(server)}).output) == 3);
}

TEST_CASE("tail outlives a restart of the server, says so, and tells of what was forgotten", "[process]") {
  auto first = std::make_unique<process>(
      std::vector<std::string>{"serve", "--listen", "127.0.0.1:0", "--drain-delay-seconds", "0"});
  const auto port = std::to_string(first->port());
  const auto url = "http://127.0.0.1:" + port;
  REQUIRE(run({"publish", "a", "1", "--url", url}).code == 0);
  process tail({"tail", "a", "b", "--since", "0", "--count", "2", "--url", url});
  REQUIRE(tail.says("\"data\":1"));
  first->signal(SIGTERM);
  first->wait();
  CHECK(tail.says("trying again"));
  process second({"--listen", "127.0.0.1:" + port});
  second.port();
  REQUIRE(run({"publish", "a", "2", "--url", url}).code == 0);
  CHECK(tail.wait() == 0);
  CHECK(tail.says("\"data\":2"));
  CHECK(tail.output().find("gap: no longer kept, in [\"a\"") != std::string::npos);
  CHECK(tail.output().find("the server is back") != std::string::npos);
}

TEST_CASE("with --strict a gap ends tail", "[process]") {
  auto limits = test_config();
  limits.max_event_buffer_size = 2;
  test_server server(limits);
  const auto first = run({"publish", "a", "1", "--url", url_of(server)});
  for (const auto* data : {"2", "3", "4"}) run({"publish", "a", data, "--url", url_of(server)});
  const auto id = first.output.substr(0, 36);
  CHECK(run({"tail", "a", "--cursor", id, "--strict", "--url", url_of(server)}).code == exit_gap);
  const auto told = run({"tail", "a", "--cursor", id, "--count", "2", "--url", url_of(server)});
  CHECK((told.code == 0 && holds(told, "gap") && holds(told, "\"data\":3")));
}
