#include "longpolld/parts/access_line.hpp"

#include "support/catch.hpp"

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

std::string line(const access_line& of, bool as_json = false) {
  std::string text;
  access_line_writer(as_json).append(text, of);
  return text;
}

access_line poll() {
  return {1'700'000'000'042, "192.0.2.1", "ann", "GET",       "/events",
          "category=farm",   200,         312,   1'412'999us, "event"};
}

}  // namespace

TEST_CASE("a request is a line of words, with - for what there is not", "[parts]") {
  CHECK(line(poll()) ==
        "2023-11-14T22:13:20.042Z 192.0.2.1 ann \"GET /events?category=farm\" 200 312 1.412 event\n");
  CHECK(line({.time = 0, .client = "::1", .method = "POST", .path = "/publish", .status = 503}) ==
        "1970-01-01T00:00:00.000Z ::1 - \"POST /publish\" 503 0 0.000 -\n");
  CHECK(line({.time = 0, .client = "::1", .status = 400}) ==
        "1970-01-01T00:00:00.000Z ::1 - \"-\" 400 0 0.000 -\n");
}

TEST_CASE("a request is a JSON object, without what there is not", "[parts]") {
  CHECK(line(poll(), true) ==
        R"({"time":"2023-11-14T22:13:20.042Z","client":"192.0.2.1","principal":"ann","method":"GET",)"
        R"("path":"/events","query":"category=farm","status":200,"bytes":312,"seconds":1.412,"end":"event"})"
        "\n");
  CHECK(line({.client = "::1", .method = "GET", .path = "/", .status = 404}, true) ==
        R"({"time":"1970-01-01T00:00:00.000Z","client":"::1","method":"GET","path":"/","status":404,)"
        R"("bytes":0,"seconds":0.000})"
        "\n");
}

TEST_CASE("nothing that a client sent ends a line of the access log, or a word of it", "[parts]") {
  auto of = poll();
  of.principal = "a b\"\n";
  of.path = "/\x1b\"\\";
  of.query = "x=\r\n\xff";
  CHECK(line(of) ==
        "2023-11-14T22:13:20.042Z 192.0.2.1 \"a b\\\"\\u000a\" "
        "\"GET /\\u001b\\\"\\\\?x=\\u000d\\u000a\\u00ff\" 200 312 1.412 event\n");
  of.principal = "-";
  CHECK(line(of).find(" \"-\" ") != std::string::npos);
}

TEST_CASE("the time of each line is its own, whatever the one before was", "[parts]") {
  access_line_writer by(false);
  std::string text;
  for (const unix_ms at : {951'827'696'789, 951'827'696'790, 951'868'799'999, 951'868'800'000}) {
    by.append(text, {.time = at});
  }
  CHECK(text.substr(0, 24) == "2000-02-29T12:34:56.789Z");
  const auto second = text.substr(text.find('\n') + 1, 24);
  CHECK(second == "2000-02-29T12:34:56.790Z");
  CHECK(text.find("2000-02-29T23:59:59.999Z") != std::string::npos);
  CHECK(text.find("2000-03-01T00:00:00.000Z") != std::string::npos);
}
