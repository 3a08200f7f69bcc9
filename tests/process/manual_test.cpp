#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/process/manual_page.hpp"
#include "longpolld/process/options.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

#include <algorithm>

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// The page without what roff needs around a dash or a quote.
std::string plain(std::string page) {
  const auto replace = [&](const std::string& what, const char* with) {
    for (std::size_t at = 0; (at = page.find(what, at)) != page.npos;) page.replace(at, what.size(), with);
  };
  replace("\\-", "-");
  replace("\\(dq", "\"");
  replace("\\(aq", "'");
  return page;
}

std::string page_of(const std::string& name) {
  const auto done = run({"manual", name});
  REQUIRE(done.code == exit_ok);
  return plain(done.output);
}

bool holds_line(const std::string& page, const std::string& line) {
  return page.find('\n' + line + '\n') != page.npos;
}

}  // namespace

TEST_CASE("the manual has every command and every one of its flags", "[process]") {
  const auto page = page_of("longpolld");
  for (const auto& one : commands()) {
    if (!one.run) continue;
    const auto begin = page.find(".SS \"longpolld " + std::string(one.name));
    INFO(one.name);
    REQUIRE(begin != page.npos);
    const auto section = page.substr(begin, page.find("\n.S", begin) - begin);
    const auto of = one.describe();
    CHECK((of.arguments.size() > 0 || of.flags.size() > 1));
    for (const auto& argument : of.arguments) CHECK(holds_line(section, ".B \"" + argument.title + '"'));
    for (const auto& flag : of.flags) {
      INFO(flag.title);
      CHECK(holds_line(section, ".B \"" + flag.title + '"') == (flag.names.back() != "--help"));
    }
  }
  for (const auto& flag : {"--config FILE", "--check-config", "--print-config", "--health"}) {
    CHECK(holds_line(page, ".B \"" + std::string(flag) + '"'));
  }
}

TEST_CASE("the manual of the file has every option with its default", "[process]") {
  const auto page = page_of("longpolld.toml");
  for (const auto& one : all_options()) {
    const auto begin = page.find("\n.B \"" + std::string(one.name) + " = ");
    INFO(one.name);
    REQUIRE(begin != page.npos);
    CHECK(page.find("Default " + one.show_readably(config{}) + ':', begin) < page.find("\n.TP", begin));
  }
  CHECK(holds_line(page, "[[issuer]]"));
}

TEST_CASE("the manual's pages are ASCII, and what is no page is refused", "[process]") {
  for (const auto* name : {"longpolld", "longpolld.toml"}) {
    const auto text = run({"manual", name}).output;
    CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  }
  CHECK(run({"manual"}).output == run({"manual", "longpolld"}).output);
  CHECK(run({"manual", "ls"}).code == exit_usage);
}

TEST_CASE("nothing of a text is read as roff", "[process]") {
  manual_page page("a", 1, "b");
  page.paragraph(".TH\n'x \\fB -v");
  page.example("\n .PP\n.PP");
  const std::string end = "\\&.TH\n.br\n\\(aqx \\efB \\-v\n.PP\n.nf\n\n .PP\n\\&.PP\n.fi\n";
  const auto& text = page.text();
  REQUIRE(text.size() > end.size());
  CHECK(text.substr(text.size() - end.size()) == end);
}
