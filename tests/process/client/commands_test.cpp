#include "longpolld/process/exit_codes.hpp"

#include "support/canned_server.hpp"
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

TEST_CASE("publish sends one event per line, in order, without blank lines and with an unfinished last one",
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

TEST_CASE("lines that come slowly are published as they come", "[process]") {
  test_server server;
  const auto got = shell(
      "mkfifo /tmp/longpolld_slow.$$; $LONGPOLLD publish a < /tmp/longpolld_slow.$$ & exec 3> "
      "/tmp/longpolld_slow.$$; "
      "rm /tmp/longpolld_slow.$$; echo 1 >&3; $LONGPOLLD tail a --since 0 --count 1; exec 3>&-; wait",
      url_of(server));
  CHECK(holds(got, "\"data\":1"));
}

TEST_CASE("data that is not JSON is published as text, or refused when --json insists", "[process]") {
  test_server server;
  CHECK(run({"publish", "a", "say \"hi\"", "--url", url_of(server)}).code == 0);
  CHECK(run({"publish", "a", "1", "--text", "--url", url_of(server)}).code == 0);
  CHECK(shell("printf '2\\n{bad\\n' | $LONGPOLLD publish a", url_of(server)).code == 0);
  const auto bad = shell("printf '3\\n4\\n{bad\\n5\\n' | $LONGPOLLD publish a --json", url_of(server));
  CHECK(bad.code == exit_refused);
  CHECK(holds(bad, "line 3 is not JSON"));
  const auto both = run({"publish", "a", "1", "--json", "--text", "--url", url_of(server)});
  CHECK((both.code == exit_usage && holds(both, "--text") && holds(both, "--json")));
  const auto got =
      run({"tail", "a", "--since", "all", "--count", "9", "--for", "1.2", "--data", "--url", url_of(server)});
  CHECK(got.code == exit_too_few);
  CHECK(got.output == "\"say \\\"hi\\\"\"\n\"1\"\n2\n\"{bad\"\n3\n4\n");
}

TEST_CASE("pub and sub are short for publish and tail, -u, -q and -n for --url, --quiet and --count",
          "[process]") {
  test_server server;
  const auto sent = run({"pub", "-q", "-u", url_of(server), "a", "1"});
  CHECK((sent.code == 0 && sent.output.empty()));
  const auto got = run({"sub", "a", "--since", "all", "-n", "1", "-u", url_of(server)});
  CHECK((got.code == 0 && lines(got.output) == 1));
}

TEST_CASE("tail --data prints the data of each event on a line of its own, ready for publish", "[process]") {
  test_server server;
  client one(server.port());
  one.post("/publish", "{\"category\":\"a\",\"data\":{\n\"x\":\r\n1.50}}");
  one.post("/publish", "{\"category\":\"a\",\"data\":\"ä\\u000a\"}");
  const auto first = shell("$LONGPOLLD tail a --since all -n 2 --data", url_of(server));
  CHECK(first.output == "{ \"x\":  1.50}\n\"ä\\u000a\"\n");
  CHECK(shell("$LONGPOLLD tail a --since all -n 2 --data | $LONGPOLLD publish b --json -q", url_of(server))
            .code == 0);
  CHECK(shell("$LONGPOLLD tail b --since all -n 2 --data", url_of(server)).output == first.output);
}

TEST_CASE("tail begins at the time that --since says", "[process]") {
  test_server server;
  REQUIRE(run({"publish", "a", "1", "--url", url_of(server)}).code == 0);
  const auto since = [&](const char* text) {
    return run({"tail", "a", "--since", text, "-n", "1", "--for", "1", "--url", url_of(server)});
  };
  for (const auto* before : {"all", "0", "10m", "2h", "1970-01-01T00:00:00Z"}) {
    CAPTURE(before);
    CHECK((since(before).code == 0 && holds(since(before), "\"data\":1")));
  }
  CHECK(since("now").code == exit_too_few);
  const auto bad = since("yesterday");
  CHECK((bad.code == exit_usage && holds(bad, "--since: \"yesterday\" is not a time; allowed is")));
}

TEST_CASE("--header sends a field with each request, and is refused with a reason where it cannot",
          "[process]") {
  const canned_server server(canned(503, "{}"));
  const auto sent =
      run({"publish", "a", "1", "--header", "X-One: 1", "--header", "X-Two: 2", "--url", server.url()});
  CHECK(sent.code == exit_unavailable);
  CHECK(server.last_request().find("\r\nX-One: 1\r\n") != std::string::npos);
  CHECK(server.last_request().find("\r\nX-Two: 2\r\n") != std::string::npos);
  const auto wrong = run({"tail", "a", "--url", server.url(), "--header", "nonsense"});
  CHECK(wrong.code == exit_usage);
  CHECK(wrong.output == "longpolld tail: --header: \"nonsense\" is not a field as Name: value\n");
}

TEST_CASE("--quiet leaves notes out and errors in", "[process]") {
  const auto gone = run({"tail", "a", "-q", "--patience", "0", "--url", "http://127.0.0.1:1"});
  CHECK((gone.code == exit_unavailable && lines(gone.output) == 1 && holds(gone, "gave up")));
  const auto told = run({"tail", "a", "--patience", "0", "--url", "http://127.0.0.1:1"});
  CHECK((told.code == exit_unavailable && lines(told.output) == 2));
}

TEST_CASE("times of the client commands may have units", "[process]") {
  test_server server;
  const auto timed = [&](const char* flag, const char* value) {
    return run({"tail", "a", "-n", "1", flag, value, "--url", url_of(server)});
  };
  for (const auto* value : {"0.1", "100ms", "0.1s"}) CHECK(timed("--for", value).code == exit_too_few);
  const auto accepted = run({"tail", "a", "--for", "100ms", "--timeout", "1m", "--patience", "1h",
                             "--max-reply-bytes", "1MiB", "--url", url_of(server)});
  CHECK((accepted.code == 0 && accepted.output.empty()));
  for (const auto& [flag, value] : {std::pair("--for", "5x"),
                                    {"--for", "m"},
                                    {"--timeout", "25h"},
                                    {"--timeout", "0"},
                                    {"--max-reply-bytes", "5s"},
                                    {"--patience", "1e12"}}) {
    CAPTURE(flag, value);
    const auto done = timed(flag, value);
    CHECK((done.code == exit_usage && holds(done, "allowed is")));
  }
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
  CHECK(run({"tail", "a", "--url", "ftp://a"}).code == exit_usage);
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
  CHECK(tail.output().find("gap: events are no longer kept, in [\"a\"") != std::string::npos);
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
