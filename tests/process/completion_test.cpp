#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <sstream>

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// What bash offers for the last of these words.
std::vector<std::string> offered(const std::string& words) {
  const auto done = shell(R"sh(bash -uc '
    source <("$LONGPOLLD" completion bash)
    complete -p longpolld >/dev/null || exit 9
    COMP_WORDS=()sh" + words +
                          R"sh() COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _longpolld
    printf "%s\n" "${COMPREPLY[@]-}"')sh");
  REQUIRE(done.code == 0);
  std::vector<std::string> all;
  std::istringstream lines(done.output);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) all.push_back(line);
  }
  return all;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("the completion that bash reads offers commands, flags and values", "[process]") {
  CHECK(offered("longpolld pu") == words{"publish", "pub"});
  CHECK(has(offered("longpolld \"\""), "serve"));
  CHECK(has(offered("longpolld \"\""), "--config"));
  CHECK(offered("longpolld --max-event-b") == words{"--max-event-buffer-size", "--max-event-bytes"});
  CHECK(offered("longpolld serve --log-l") == words{"--log-level"});
  CHECK(offered("longpolld --log-level \"\"") == words{"debug", "info", "warn", "error", "off"});
  CHECK(offered("longpolld --demo = o") == words{"on", "off"});
  CHECK(offered("longpolld serve --demo = \"\"") == words{"auto", "on", "off"});
  CHECK(offered("longpolld --demo =") == words{"auto", "on", "off"});
  CHECK(offered("longpolld tail farm --ti") == words{"--timeout"});
  CHECK(has(offered("longpolld sub farm -"), "-n"));
  CHECK(has(offered("longpolld pub farm --"), "--json"));
  CHECK_FALSE(has(offered("longpolld pub farm --"), "--strict"));
  CHECK(offered("longpolld tail --url \"\"").empty());
  CHECK(offered("longpolld tail \"\"").empty());
  CHECK(offered("longpolld completion \"\"") == words{"bash"});
  CHECK(offered("longpolld manual \"\"") == words{"longpolld", "longpolld.toml"});
  CHECK(offered("longpolld ke") == words{"key"});
  CHECK(offered("longpolld token --al") == words{"--algorithm"});
  CHECK(offered("longpolld token --algorithm E") == words{"ES256", "EdDSA"});
  CHECK(offered("longpolld token --key-file /etc/os-rel") == words{"/etc/os-release"});
  CHECK(offered("longpolld --config /etc/os-rel") == words{"/etc/os-release"});
}

TEST_CASE("the completion knows every flag of every command", "[process]") {
  for (const auto& one : commands()) {
    const auto all = offered("longpolld " + std::string(one.name) + " -");
    const auto flags = one.describe().flags;
    REQUIRE(flags.size() > 0);
    for (const auto& flag : flags) {
      for (const auto& name : flag.names) CHECK(has(all, name));
    }
  }
}

TEST_CASE("a shell whose completion is not known is refused", "[process]") {
  const auto other = run({"completion", "tcsh"});
  CHECK((other.code == exit_usage && holds(other, "known is bash")));
  CHECK(run({"completion"}).code == exit_usage);
}
