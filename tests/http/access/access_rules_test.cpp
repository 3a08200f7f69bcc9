#include "longpolld/http/access/access_rules.hpp"

#include "support/access.hpp"
#include "support/catch.hpp"

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::string key_table(const std::string& name, const std::string& secret, const std::string& subscribe) {
  return "[[key]]\nname = \"" + name + "\"\nsecret_sha256 = \"" + to_hex(sha256(secret)) +
         "\"\nsubscribe = [" + subscribe + "]\n";
}

using carried = std::vector<std::optional<rights_source>>;

/// Of everyone, the keys and the issuers.
carried between(const std::string& from, const std::string& to) {
  auto all = carried_over(*rules_of(from), *rules_of(to));
  all.resize(all.size() - 2);
  return all;
}

std::optional<rights_source> hook_between(const std::string& from, const std::string& to) {
  const auto all = carried_over(*rules_of(from), *rules_of(to));
  return all[all.size() - 2];
}

std::optional<rights_source> both_between(const std::string& from, const std::string& to) {
  return carried_over(*rules_of(from), *rules_of(to)).back();
}

const std::string first = key_table("one", "secret of one", "\"a\"");
const std::string second = key_table("two", "secret of two", "\"a\", \"b\"");

}  // namespace

TEST_CASE("polls stay parked over a reload that changes nothing", "[http]") {
  const auto all = "known_categories = [\"a\"]\n[anyone]\nsubscribe = [\"a\"]\n" + first + site_table("");
  CHECK(between(all, all) == carried{0, 1, 2});
  CHECK(between("", "") == carried{0});
}

TEST_CASE("polls stay by what they are called, not by where they stand in the file", "[http]") {
  CHECK(between(first + second, second + first) == carried{0, 2, 1});
  CHECK(between(first, second + first + site_table("")) == carried{0, 2});
  CHECK(between(site_table(""), first + site_table("")) == carried{0, 2});
}

TEST_CASE("polls end when their key goes, changes its secret or loses a right", "[http]") {
  CHECK(between(first + second, second) == carried{0, std::nullopt, 1});
  CHECK(between(first, key_table("one", "another secret", "\"a\"")) == carried{0, std::nullopt});
  CHECK(between(second, key_table("two", "secret of two", "\"b\"")) == carried{0, std::nullopt});
  CHECK(between(second, key_table("two", "secret of two", "\"c\", \"b\", \"a\"")) == carried{0, 1});
}

TEST_CASE("polls end when anything of their issuer changes", "[http]") {
  const auto before = site_table("subscribe = [\"user.{sub}\"]\naudience = \"x\"\n");
  for (const auto* lines :
       {"subscribe = [\"user.{sub}\"]\n", "subscribe = [\"user.{id}\"]\naudience = \"x\"\n",
        "subscribe = [\"user.{sub}\"]\naudience = \"x\"\nissuer = \"y\"\n",
        "subscribe = [\"user.{sub}\"]\naudience = \"x\"\nown_rules = true\n"}) {
    CHECK(between(before, site_table(lines)) == carried{0, std::nullopt});
  }
  CHECK(between(before, "[anyone]\n") == carried{0, std::nullopt});
}

TEST_CASE("all polls end when everyone loses a right or a category is no longer known", "[http]") {
  const carried all_end{std::nullopt, std::nullopt};
  const std::string open = "[anyone]\nsubscribe = [\"a\", \"b\"]\n";
  CHECK(between(open + first, "[anyone]\nsubscribe = [\"a\"]\n" + first) == all_end);
  CHECK(between(open + first, first) == all_end);
  CHECK(between(first, "known_categories = [\"a\"]\n" + first) == all_end);
  CHECK(between("known_categories = [\"a\", \"b\"]\n" + first, "known_categories = [\"a\"]\n" + first) ==
        all_end);
  CHECK(between("known_categories = [\"a\"]\n" + first, "known_categories = [\"a\", \"b\"]\n" + first) ==
        carried{0, 1});
  CHECK(between("known_categories = [\"a\"]\n" + first, first) == carried{0, 1});
}

TEST_CASE("the first table takes from everyone the right to subscribe to everything", "[http]") {
  CHECK(between("", first) == carried{std::nullopt});
  CHECK(between(first, "") == carried{0, std::nullopt});
  CHECK(between("[anyone]\n", "[anyone]\nsubscribe = [\"a\"]\n") == carried{0});
}

TEST_CASE("polls by the word of the site's backend stay while the same one is asked in the same way",
          "[http]") {
  const std::string hook = "[hook]\nurl = \"http://127.0.0.1:1/\"\n";
  CHECK(hook_between(hook, hook) == 1);
  CHECK(hook_between(hook, first + hook) == 2);
  CHECK_FALSE(hook_between(hook, hook + "forward = [\"Cookie\"]\n"));
  CHECK_FALSE(hook_between(hook, "[hook]\nurl = \"http://127.0.0.1:2/\"\n"));
  CHECK_FALSE(hook_between(hook, first));
  CHECK_FALSE(hook_between(first, hook));
}

TEST_CASE("polls by somebody's own right and the backend's word stay only when nobody loses anything",
          "[http]") {
  const std::string hook = "[hook]\nurl = \"http://127.0.0.1:1/\"\n";
  CHECK(both_between(first + hook, first + hook) == 3);
  CHECK(both_between(first + hook, first + second + hook) == 4);
  CHECK_FALSE(both_between(first + second + hook, first + hook));
  CHECK_FALSE(both_between(first + hook, first));
}
