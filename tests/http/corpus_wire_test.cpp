#include "support/catch.hpp"
#include "support/corpus.hpp"
#include "support/framing_cases.hpp"
#include "support/test_server.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

const std::string canary = "GET /canary HTTP/1.1\r\nHost: a\r\n\r\n";

/// The replies of one connection: how many, whether the last one ends it, and its status.
struct seen {
  std::size_t replies = 0;
  int last_status = 0;
  bool ends = false;

  friend bool operator==(const seen&, const seen&) = default;
};

/// Sends the segments, says that nothing more comes, and reads to the end.
seen play(std::uint16_t port, const std::vector<std::string>& segments) {
  client one(port);
  for (const auto& segment : segments) {
    if (!one.send(segment)) break;
  }
  one.shutdown_sending();
  const auto bytes = one.receive_all();
  seen read;
  for (std::size_t at = bytes.find("HTTP/1.1 "); at != std::string::npos;
       at = bytes.find("HTTP/1.1 ", at + 1)) {
    ++read.replies;
    read.last_status = std::stoi(bytes.substr(at + 9, 3));
    read.ends = bytes.find("Connection: close\r\n", at) != std::string::npos;
  }
  return read;
}

/// What is wrong with this outcome, or nothing. The canary is a request of its own behind the case: it is
/// answered only where the case ends on a request's edge, and its answer alone does not end the connection.
std::string fault(const corpus_case& one, const seen& read) {
  if (read.replies > one.requests + 1) return "smuggled";
  if (one.expect == "END") return read.replies == one.requests + 1 || read.ends ? "" : "not answered";
  if (one.expect == "REJECT") return read.ends && read.last_status >= 400 ? "" : "not refused";
  if (one.expect == "CLOSE") return read.replies <= one.requests ? "" : "went on after close";
  return "";
}

/// Plays each case to a server in one piece and byte by byte.
void play_all(const std::vector<corpus_case>& all,
              const std::shared_ptr<const access_rules>& rules = std::make_shared<access_rules>()) {
  auto of = test_config();
  of.threads = 1;
  test_server server(of, rules);
  for (const auto& one : all) {
    std::vector<std::string> bytes;
    for (const char c : one.bytes) bytes.emplace_back(1, c);
    std::string text = one.bytes;
    if (one.expect == "END" || one.expect == "REJECT") {
      text.append(canary);
      bytes.push_back(canary);
    }
    INFO(one.id << " expect " << one.expect << " (" << one.why << ")");
    const auto whole = play(server.port(), {text});
    CHECK(fault(one, whole) == "");
    CHECK(fault(one, play(server.port(), bytes)) == "");
  }
  client after(server.port());
  CHECK(after.get("/healthz")->status == 200);
  CHECK(server.parks(0));
}

}  // namespace

TEST_CASE("no stream of requests smuggles one past the server or stops it", "[http]") {
  play_all(framing_cases());
}

TEST_CASE("nor where requests are refused for want of a token", "[http]") {
  play_all(framing_cases(), rules_of(backend_table()));
}

TEST_CASE("no corpus case smuggles a request past the server or stops it", "[corpora]") {
  play_all(read_corpora());
  play_all(read_corpora(), rules_of(backend_table()));
}
