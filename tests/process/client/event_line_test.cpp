#include "longpolld/process/client/event_line.hpp"

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// What `arguments` show on a terminal, with variables before them as in a shell.
std::string on_terminal(const test_server& server, const std::string& variables,
                        const std::string& arguments) {
  auto shown = shell("env -u NO_COLOR TZ=UTC TERM=xterm " + variables + " script -qec \"$LONGPOLLD " +
                     arguments + " --url http://127.0.0.1:" + std::to_string(server.port()) + "\" /dev/null")
                   .output;
  std::erase(shown, '\r');
  return shown;
}

}  // namespace

TEST_CASE("an event is printed as it came, or only its data, or its time, category and data", "[process]") {
  const std::string event = R"({"timestamp":1447218359843,"category":"fa\u0072m","data":{"a":
 [1.0,"\u001b"]},"id":"x"})";
  CHECK(event_line(event, event_form::json) ==
        R"({"timestamp":1447218359843,"category":"fa\u0072m","data":{"a":  [1.0,"\u001b"]},"id":"x"})");
  CHECK(event_line(event, event_form::data) == R"({"a":  [1.0,"\u001b"]})");
  const auto pretty = event_line(event, event_form::pretty);
  CHECK(pretty.starts_with("2015-11-1"));  // 10, 11 or 12, wherever we are
  CHECK(pretty.ends_with(R"(:59.843  farm  {"a":  [1.0,"\u001b"]})"));
  CHECK(event_line(event, event_form::coloured)
            .ends_with("\x1b[0m  \x1b[36mfarm\x1b[0m  {\"a\":  [1.0,\"\\u001b\"]}"));
}

TEST_CASE("what a server sends reaches no terminal as a control character, event or not", "[process]") {
  for (const auto* odd : {R"({"timestamp":1,"category":"a)"
                          "\xc2\x9b"
                          R"(","data":")"
                          "\xe2\x80\xae"
                          R"("})",
                          R"({"timestamp":1.5,"category":"a","data":")"
                          "\xc2\x9b"
                          R"("})",
                          "\"\xc2\x9b\"", "[\n1]"}) {
    const auto line = event_line(odd, event_form::pretty);
    CAPTURE(line);
    CHECK(line.find_first_of("\x1b\n\xc2\xe2") == std::string::npos);
  }
}

TEST_CASE("on a terminal tail shows time, category and data, in colours unless NO_COLOR is set",
          "[process]") {
  test_server server;
  client one(server.port());
  one.post("/publish", R"({"category":"farm","data":{"pig":"oink"}})");
  const std::string tail = "tail farm --since all -n 1";
  const auto coloured = on_terminal(server, "", tail);
  CHECK(coloured.find("\x1b[36mfarm\x1b[0m  {\"pig\":\"oink\"}\n") != std::string::npos);
  CHECK(coloured.find("timestamp") == std::string::npos);
  const std::string plain_end = "  farm  {\"pig\":\"oink\"}\n";
  for (const auto* variables : {"NO_COLOR=1", "TERM=dumb"}) {
    const auto plain = on_terminal(server, variables, tail);
    CHECK((plain.ends_with(plain_end) && plain.find('\x1b') == std::string::npos));
    CHECK(plain.size() == std::string_view("12:34:56.789").size() + plain_end.size());
  }
  CHECK(on_terminal(server, "", tail + " --data") == "{\"pig\":\"oink\"}\n");
}
