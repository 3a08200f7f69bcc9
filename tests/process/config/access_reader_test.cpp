#include "longpolld/process/config/config_merge.hpp"

#include "support/access.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/folder.hpp"

#include <filesystem>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::vector<std::string> problems_of(const std::string& toml) {
  config_merge merge;
  merge.toml(toml, "a.toml");
  merge.check();
  return merge.problems();
}

/// The one problem there is.
std::string problem_of(const std::string& toml) {
  const auto all = problems_of(toml);
  CHECK(all.size() == 1);
  return all.empty() ? "" : all.front();
}

const std::string digest(64, 'a');

}  // namespace

TEST_CASE("a hook's ca_file of the same name with another text is another hook", "[process]") {
  authority one("one"), other("other");
  const folder at;
  const auto read = [&](authority& from) {
    std::filesystem::copy_file(from.certificate(), at / "ca",
                               std::filesystem::copy_options::overwrite_existing);
    return *rules_of("[hook]\nurl = \"https://localhost/\"\nforward = [\"Cookie\"]\nca_file = \"" +
                     (at / "ca") + "\"\n")
                ->hook;
  };
  const auto first = read(one);
  CHECK(read(one) == first);
  CHECK_FALSE(read(other) == first);
}

TEST_CASE("the tables are read as they are written", "[process]") {
  const auto secret_file = common_authority().write("a-secret-in-a-file\n");
  const auto rules = rules_of(
      "[anyone]\nsubscribe = [\"public.*\"]\n"
      "[[key]]\nname = \"one\"\nsecret_sha256 = \"" +
      digest +
      "\"\npublish = [\"*\"]\n"
      "[[key]]\nname = \"two\"\nsecret_file = \"" +
      secret_file + "\"\nadmin = true\n" +
      site_table("issuer = \"i\"\naudience = \"a\"\nsubscribe = [\"user.{sub}\"]\n"
                 "leeway_seconds = \"1m\"\nown_rules = true\n"));
  CHECK(rules->anyone->allow(right::subscribe, "public.a"));
  CHECK_FALSE(rules->anyone->allow(right::publish, "public.a"));
  REQUIRE(rules->keys.size() == 2);
  CHECK(rules->keys[0].name == "one");
  CHECK(to_hex(rules->keys[0].secret) == digest);
  CHECK(rules->keys[0].may.allow(right::publish, "x"));
  CHECK_FALSE(rules->keys[0].is_admin);
  CHECK(rules->keys[1].secret == sha256("a-secret-in-a-file"));
  CHECK(rules->keys[1].is_admin);
  REQUIRE(rules->issuers.size() == 1);
  const auto& issuer = rules->issuers[0];
  CHECK((issuer.issuer == "i" && issuer.audience == "a" && issuer.leeway_seconds == 60 && issuer.own_rules));
  CHECK(issuer.may.bound({{"sub", "x"}}).allow(right::subscribe, "user.x"));
}

TEST_CASE("without tables there are no rules, and an empty table is one", "[process]") {
  CHECK_FALSE(rules_of("threads = 1\n")->has_tables);
  CHECK(rules_of("[anyone]\n")->has_tables);
}

TEST_CASE("what is wrong with a table is said with its place, its name and what is allowed", "[process]") {
  CHECK(problem_of("[anyone]\nsubscribe = \"a\"\n") ==
        "a.toml:2:13: anyone.subscribe: is a string; allowed is a list of strings");
  CHECK(problem_of("[anyone]\nsubscribe = [\"a\", 1]\n") ==
        "a.toml:2:19: anyone.subscribe: is a whole number; allowed is a list of strings");
  CHECK(problem_of("[anyone]\nsubscribe = [\"a\\\\x\"]\n")
            .rfind("a.toml:2:14: anyone.subscribe: \"a\\x\": column ", 0) == 0);
  CHECK(problem_of("[anyone]\nsubscribes = []\n") ==
        "a.toml:2:1: anyone.subscribes: is not known here; did you mean subscribe?");
  CHECK(problem_of("anyone = 1\n") == "a.toml:1:10: anyone: is a whole number; allowed is a table: [anyone]");
  CHECK(problem_of("[key]\n").find("key: is a table; allowed is a table: [[key]]") != std::string::npos);
  CHECK(problem_of("key = [1]\n") == "a.toml:1:8: key: is a whole number; allowed is a table: [[key]]");
  CHECK(problem_of("[[keys]]\n").find("keys: is not an option; did you mean key?") != std::string::npos);
}

TEST_CASE("a key needs a name and one secret, and shares neither", "[process]") {
  const std::string hex = "secret_sha256 = \"" + digest + "\"\n";
  CHECK(problem_of("[[key]]\n" + hex) == "a.toml:1:1: key[1].name: must be set");
  CHECK(problem_of("[[key]]\nname = \"a:b\"\n" + hex) ==
        "a.toml:2:8: key[1].name: must not have a colon or a slash");
  CHECK(problem_of("[[key]]\nname = \"a\"\n").find("key[1]: must have secret_sha256 or secret_file") !=
        std::string::npos);
  CHECK(problem_of("[[key]]\nname = \"a\"\nsecret_file = \"x\"\n" + hex)
            .find("key[1]: must have secret_sha256 or secret_file") != std::string::npos);
  CHECK(problem_of("[[key]]\nname = \"a\"\nsecret_sha256 = \"abc\"\n") ==
        "a.toml:3:17: key[1].secret_sha256: must be 64 hexadecimal digits");
  const auto twice = problems_of("[[key]]\nname = \"a\"\n" + hex + "[[key]]\nname = \"a\"\n" + hex);
  REQUIRE(twice.size() == 2);
  CHECK(twice[0] == "a.toml:5:8: key[2].name: \"a\" is the name of another");
  CHECK(twice[1] == "a.toml:4:1: key[2]: has the secret of another key");
}

TEST_CASE("a secret is no file that is missing, short or more than a line", "[process]") {
  const auto of_file = [](const std::string& path) {
    return problem_of("[[key]]\nname = \"a\"\nsecret_file = \"" + path + "\"\n");
  };
  CHECK(of_file("/nonexistent") ==
        "a.toml:3:15: key[1].secret_file: /nonexistent: No such file or directory");
  CHECK(of_file("/dev/zero").find("is not a regular file") != std::string::npos);
  for (const std::string text :
       {"", "short", "two-lines-are-too\nmany-for-one-secret", "a secret with spaces in it"}) {
    const auto said = of_file(common_authority().write(text));
    CHECK(said.find("must have a secret of") != std::string::npos);
    CHECK((text.empty() || said.find(text) == std::string::npos));
  }
}

TEST_CASE("an issuer needs an algorithm and a key that fits it", "[process]") {
  const std::string begin = "[[issuer]]\nname = \"a\"\n";
  const auto short_key = common_authority().write("short");
  CHECK(problems_of(begin).size() == 2);
  CHECK(problem_of(begin + "algorithm = \"none\"\nkey_file = \"x\"\n")
            .find("issuer[1].algorithm: must be one of HS256") != std::string::npos);
  CHECK(problem_of(begin + "algorithm = \"HS256\"\nkey_file = \"" + short_key + "\"\n")
            .find("issuer[1].key_file: ") != std::string::npos);
  CHECK(problem_of(begin + "algorithm = \"ES256\"\nkey_file = \"/nonexistent\"\n") ==
        "a.toml:4:12: issuer[1].key_file: /nonexistent: No such file or directory");
  CHECK(problem_of(site_table("leeway_seconds = 4000\n")).find("4000 is out of range") != std::string::npos);
  CHECK(problem_of(site_table("subscribe = [\"{a\"]\n")).find("issuer[1].subscribe: ") != std::string::npos);
  CHECK(problem_of(site_table("") + site_table("")).find("\"site\" is the name of another") !=
        std::string::npos);
}

TEST_CASE("known_categories are patterns, and what is none is said", "[process]") {
  CHECK(problem_of("known_categories = [\"a\\\\\"]\n").find("known_categories: \"a\\\": column ") !=
        std::string::npos);
  CHECK(rules_of("known_categories = [\"a.*\"]\n")->is_known("a.b"));
  CHECK_FALSE(rules_of("known_categories = [\"a.*\"]\n")->is_known("b"));
}

TEST_CASE("--print-config names who there is and shows no secret, digest or key", "[process]") {
  config_merge merge;
  merge.toml("[anyone]\nsubscribe = [\"a\"]\n" + backend_table() + site_table(""), "a.toml");
  merge.check();
  const auto shown = merge.print();
  CHECK(shown.find("[[key]] backend: ") != std::string::npos);
  CHECK(shown.find("[[issuer]] site: ") != std::string::npos);
  CHECK(shown.find(to_hex(sha256(backend_secret))) == std::string::npos);
  CHECK(shown.find("kkkk") == std::string::npos);
}

TEST_CASE("a cookie for tokens cannot be had with pages of anybody", "[process]") {
  for (const auto* open : {"*", "null"}) {
    CHECK(problem_of("token_cookie = \"session\"\ncors_allow_origins = [\"" + std::string(open) + "\"]\n")
              .find("token_cookie: cannot be used with the origin") != std::string::npos);
  }
  CHECK(problems_of("token_cookie = \"session\"\ncors_allow_origins = [\"https://a.example\"]\n").empty());
}
