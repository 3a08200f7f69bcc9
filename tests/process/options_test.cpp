#include "longpolld/process/exit_codes.hpp"
#include "longpolld/words/config.hpp"

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// A file that is gone at the end.
struct config_file {
  std::string path;
  explicit config_file(const std::string& text, const std::string& name = "test")
      : path("/tmp/longpolld_" + name + '_' + std::to_string(::getpid()) + ".toml") {
    std::ofstream(path) << text;
  }
  ~config_file() { std::remove(path.c_str()); }
};

/// The first example of TOML in a document.
std::string snippet_of(const std::string& document) {
  std::ifstream in(LONGPOLLD_SOURCE_DIR "/" + document);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::string opening = "```toml\n";
  const auto begin = text.find(opening);
  REQUIRE(begin != std::string::npos);
  return text.substr(begin + opening.size(),
                     text.find("```", begin + opening.size()) - begin - opening.size());
}

}  // namespace

TEST_CASE("--version and --help answer and exit 0", "[process]") {
  const auto version = run({"--version"});
  CHECK(version.code == 0);
  CHECK(version.output.rfind("longpolld 0.", 0) == 0);
  const auto help = run({"--help"});
  CHECK(help.code == 0);
  for (const auto& one : all_options()) {
    std::string flag = "  --" + std::string(one.name) + ' ' + one.placeholder() + '\n';
    for (auto& c : flag) c = c == '_' ? '-' : c;
    CHECK(holds(help, flag));
    CHECK(holds(help, '\n' + std::string(one.group) + '\n'));
    CHECK(holds(help, "      Default " + one.show_readably(config{}) + ": "));
  }
}

TEST_CASE("--help fits 100 columns and shows the commands before the options", "[process]") {
  for (const auto* command : {"serve", "publish", "tail", "completion"}) {
    const auto help = run({command, "--help"});
    CHECK(help.code == 0);
    std::istringstream lines(help.output);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
  }
  const auto help = run({"--help"}).output;
  CHECK(help.find("Commands") < help.find("  publish"));
  CHECK(help.find("  publish") < help.find("  tail"));
  CHECK(help.find("  tail") < help.find("--config"));
  CHECK(help.find("--config") < help.find("Listening\n"));
}

TEST_CASE("a command or flag that does not exist suggests the one that is meant", "[process]") {
  const auto command = run({"pubish", "a", "1"});
  CHECK((command.code == exit_usage && holds(command, "\"pubish\" is not a command; did you mean publish?")));
  const auto other = run({"frobnicate"});
  CHECK((other.code == exit_usage && holds(other, "is not a command; --help lists all of them")));
  const auto flag = run({"--thraeds", "3"});
  CHECK((flag.code == exit_config && holds(flag, "--thraeds is not an option; did you mean --threads?")));
  CHECK(holds(run({"--max_event_bytes=1"}),
              "--max_event_bytes is not an option; did you mean --max-event-bytes?"));
  CHECK(holds(run({"--colour", "3"}), "--colour is not an option; --help lists all options"));
  const auto client = run({"tail", "--conut", "1", "a"});
  CHECK((client.code == exit_usage && holds(client, "--conut is not an option; did you mean --count?")));
  CHECK(holds(run({"publish", "a", "b", "c"}), "\"c\" is one argument too many"));
  CHECK(holds(run({"publish"}), "CATEGORY is required"));
  const auto variable = run({"--check-config"}, {"LONGPOLLD_LISTN=1"});
  CHECK((variable.code == exit_config && holds(variable, "did you mean LONGPOLLD_LISTEN?")));
}

TEST_CASE("all errors are reported at once, with exit code 78", "[process]") {
  const config_file file("thraeds = 2\nmax_categories = \"many\"\n");
  const auto bad =
      run({"--config", file.path, "--threads", "9999", "--listen", "nowhere"}, {"LONGPOLLD_DEMO=maybe"});
  CHECK(bad.code == 78);
  CHECK(holds(bad, file.path + ":1:1: thraeds: is not an option"));
  CHECK(holds(bad, file.path + ":2:18: max_categories: is a string"));
  CHECK(holds(bad, "flag --threads: threads: 9999 is out of range; allowed is a whole number from 0 to 256"));
  CHECK(holds(
      bad, "environment LONGPOLLD_DEMO: demo: \"maybe\" is not allowed; allowed is one of: auto, on, off"));
  CHECK(holds(bad, "flag --listen: listen: \"nowhere\" is not an address"));
  CHECK(run({"--no-such-flag"}).code == 78);
  CHECK(run({"--config", "/nonexistent"}).code == 78);
  CHECK(run({"--cors-allow-origins", "example.org"}).code == 78);
  const auto hosts = run({"--allowed-hosts", "example.org,https://example.org,*.example.org"});
  CHECK(hosts.code == 78);
  CHECK(
      holds(hosts, "flag --allowed-hosts: allowed_hosts: \"https://example.org\" is not a host; allowed is"));
  CHECK(holds(hosts, "flag --allowed-hosts: allowed_hosts: \"*.example.org\" is not a host"));
  CHECK(run({"--check-config", "--allowed-hosts", "example.org,example.org:8080,[::1],10.0.0.1,*"}).code ==
        0);
  CHECK(run({"--check-config", "--max-longpoll-timeout-seconds", "10"}).code == 0);
}

TEST_CASE("a file that cannot be read exits 78 with the reason, however it was to be used", "[process]") {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"/proc/self/mem", "Input/output error"}, {"/tmp", "regular file"}, {"", "No such file or directory"}};
  for (const auto& [path, why] : bad) {
    CAPTURE(path);
    const auto checked = run({"--config", path, "--check-config"});
    CHECK((checked.code == 78 && holds(checked, why)));
    const auto started = run({"--config", path, "--listen", "127.0.0.1:0"});
    CHECK((started.code == 78 && holds(started, why)));
  }
}

TEST_CASE("nothing that was given reaches the terminal as a control character", "[process]") {
  const config_file file("\"\\u001b[31m\" = 1\nlog_level = \"\\u009b\"\n");
  const std::string sly = "\x1b]0;x\x07\n";
  const std::vector<std::vector<std::string>> all = {{"--config", file.path},
                                                     {"--config", sly},
                                                     {"--listen", sly, "--cors-allow-origins", sly},
                                                     {"--listen", sly, "--publish-listen", sly},
                                                     {"--trusted-proxies", sly, "--threads", sly},
                                                     {"--" + sly},
                                                     {sly},
                                                     {"publish", sly, sly},
                                                     {"tail", "a", "--" + sly},
                                                     {"tail", "a", "--url", "http://a:" + sly},
                                                     {"--demo", "on", "--listen", sly, "--print-config"}};
  for (const auto& arguments : all) {
    const auto done = run(arguments);
    CAPTURE(arguments, done.output);
    CHECK(done.code != 0);
    CHECK(done.output.find_first_of("\x1b\x07") == std::string::npos);
    CHECK(done.output.find("\xc2\x9b") == std::string::npos);
  }
}

TEST_CASE("--check-config opens nothing and --print-config says where values come from", "[process]") {
  const config_file file("max_categories = 7\n");
  CHECK(run({"--check-config", "--listen", "203.0.113.1:80"}).code == 0);
  const auto printed =
      run({"--config", file.path, "--print-config", "--threads", "2"}, {"LONGPOLLD_LOG_LEVEL=warn"});
  CHECK(printed.code == 0);
  CHECK(holds(printed, "max_categories = 7  # " + file.path + ":1:18"));
  CHECK(holds(printed, "threads = 2  # flag --threads"));
  CHECK(holds(printed, "log_level = \"warn\"  # environment LONGPOLLD_LOG_LEVEL"));
}

TEST_CASE("what --print-config prints is a file that --config reads", "[process]") {
  const config_file file(run({"--print-config"}).output);
  CHECK(run({"--config", file.path, "--check-config"}).code == 0);
}

TEST_CASE("the example in the tree is what --print-config --example prints, and is valid", "[process]") {
  const std::string path = LONGPOLLD_SOURCE_DIR "/config/longpolld.toml";
  const auto checked = run({"--config", path, "--check-config"});
  CHECK((checked.code == 0 && checked.output.empty()));
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto printed = run({"--print-config", "--example"});
  CHECK(printed.code == 0);
  // When this fails: longpolld --print-config --example > config/longpolld.toml
  CHECK(printed.output == text);
  std::string used = text.substr(0, text.find("\n#[anyone]"));
  for (std::size_t at = 0; (at = used.find("\n#", at)) != std::string::npos; ++at) {
    if (used[at + 2] != ' ') used.erase(at + 1, 1);
  }
  const config_file file(used);
  const auto all = run({"--config", file.path, "--print-config"});
  CHECK((all.code == 0 && !holds(all, "# default")));
  for (const auto& one : all_options()) {
    CHECK(holds(all, '\n' + std::string(one.name) + " = " + one.show(config{}) + "  # " + file.path));
  }
}

TEST_CASE("the tables of the example are read once their hashes are taken away", "[process]") {
  const auto example = run({"--print-config", "--example"}).output;
  auto tables = example.substr(example.find("\n#[anyone]"));
  for (std::size_t at = 0; (at = tables.find("\n#", at)) != std::string::npos; ++at) {
    if (tables[at + 2] != ' ') tables.erase(at + 1, 1);
  }
  const config_file key(std::string(40, 'k'));
  const auto put = [&](const std::string& what, const std::string& instead) {
    REQUIRE(tables.find(what) != std::string::npos);
    tables.replace(tables.find(what), what.size(), instead);
  };
  put("\"...\"", '"' + std::string(64, 'a') + '"');
  put("/etc/longpolld/site.key", key.path);
  const config_file file(tables, "tables");
  const auto checked = run({"--config", file.path, "--check-config"});
  CHECK((checked.code == 0 && checked.output.empty()));
}

TEST_CASE("--example needs --print-config", "[process]") {
  const auto alone = run({"--example"});
  CHECK((alone.code == exit_config && holds(alone, "--print-config")));
}

TEST_CASE("the demo is off unless it is asked for", "[process]") { CHECK(config{}.demo == demo_mode::off); }

TEST_CASE("the tables that the README gives are read as they are written", "[process]") {
  auto text = snippet_of("README.md");
  const std::string key_file = "/etc/longpolld/site.key";
  const auto at = text.find(key_file);
  REQUIRE(at != std::string::npos);
  const config_file key(std::string(40, 'k'));
  text.replace(at, key_file.size(), key.path);
  const config_file file(text, "tables");
  const auto checked = run({"--config", file.path, "--check-config"});
  CHECK((checked.code == 0 && checked.output.empty()));
}

TEST_CASE("the limits that are given for larger events to golongpoll's users fit together", "[process]") {
  const config_file file(snippet_of("config/golongpoll.md"));
  const auto checked = run({"--config", file.path, "--check-config"});
  CHECK((checked.code == 0 && checked.output.empty()));
  CHECK(holds(run({"--config", file.path, "--print-config"}), "max_event_bytes = 4194304  # " + file.path));
}

TEST_CASE("a port in use is named and exits 69", "[process]") {
  process first({"--listen", "127.0.0.1:0"});
  const auto address = "127.0.0.1:" + std::to_string(first.port());
  const auto second = run({"--listen", address});
  CHECK(second.code == 69);
  CHECK(holds(second, address));
}

TEST_CASE("flags may be repeated for lists", "[process]") {
  process both({"--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0,127.0.0.1:0"});
  CHECK(both.port(2) != 0);
}

TEST_CASE("what is open to whoever reaches an address is said on every start", "[process]") {
  const std::string reads = "anyone who reaches this address may subscribe to everything",
                    publishes = "anyone who reaches this address may publish";
  const auto said = [](const std::vector<std::string>& arguments, const std::string& file) {
    const config_file rules(file);
    std::vector<std::string> all{"--config", rules.path, "--drain-delay-seconds", "0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    process one(all);
    REQUIRE(one.port() != 0);
    one.signal(SIGTERM);
    one.wait();
    return one.output();
  };
  const std::vector<std::string> everywhere{"--listen", "0.0.0.0:0"};
  const auto has = [](const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
  };
  const auto open = said(everywhere, "");
  CHECK((has(open, reads) && !has(open, publishes)));
  const auto parted = said({"--listen", "127.0.0.1:0", "--publish-listen", "0.0.0.0:0"}, "");
  CHECK((has(parted, publishes) && !has(parted, reads)));
  CHECK(has(said(everywhere, "[anyone]\npublish = [\"*\"]\n"), publishes + ", as [anyone] has it"));
  const auto closed = said(everywhere, "[anyone]\nsubscribe = [\"*\"]\n");
  CHECK_FALSE(has(closed, "anyone"));
  CHECK_FALSE(has(said({"--listen", "127.0.0.1:0"}, "[anyone]\npublish = [\"*\"]\n"), "anyone"));
  CHECK(has(said({"--listen", "127.0.0.1:0"}, "token_in_query = true\n"), "warning token_in_query is on"));
}

TEST_CASE("--health asks a running server", "[process]") {
  process one({"--listen", "127.0.0.1:0", "--drain-delay-seconds", "0"});
  const auto address = "127.0.0.1:" + std::to_string(one.port());
  CHECK(run({"--health", "--listen", address}).code == 0);
  one.signal(SIGTERM);
  one.wait();
  CHECK(run({"--health", "--listen", address}).code == 1);
}

TEST_CASE("log lines are text, for the journal, or JSON", "[process]") {
  process text({"--listen", "127.0.0.1:0", "--log-format", "text"});
  CHECK(text.says("Z info listening address=127.0.0.1:"));
  process journal({"--listen", "127.0.0.1:0"}, {"JOURNAL_STREAM=8:1"});
  CHECK(journal.says("<6>listening address="));
  process json({"--listen", "127.0.0.1:0", "--log-format", "json", "--log-level", "debug"});
  CHECK(json.says(R"("message":"listening","address":"127.0.0.1:)"));
}
