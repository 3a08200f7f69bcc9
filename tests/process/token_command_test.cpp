#include "longpolld/parts/jwt.hpp"

#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/process.hpp"

#include <chrono>
#include <fstream>
#include <sstream>

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr auto algorithms = {"HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA"};
const std::string secret(40, 's');

struct files : folder {
  [[nodiscard]] std::string at(const std::string& name) const { return *this / name; }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ostringstream made;
    made << std::ifstream(at(name)).rdbuf();
    return made.str();
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name)) << text;
    return at(name);
  }
};

unix_ms now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

finished token(const files& in, std::vector<std::string> more) {
  std::vector<std::string> all{"token", "--key-file", in.write("key", secret + '\n'), "--algorithm", "HS256"};
  all.insert(all.end(), more.begin(), more.end());
  return run(all);
}

outcome<verified_token> verified(const finished& of) {
  REQUIRE(of.code == 0);
  const auto keys = jwt_keys::read(jwt_algorithm::hs256, secret);
  return verify(of.output.substr(0, of.output.find('\n')),
                {.keys = &*keys, .leeway_seconds = 0, .own_rules = true}, now());
}

}  // namespace

TEST_CASE("Node verifies what token signs, and what Node signs is accepted, for every algorithm",
          "[process]") {
  if (shell("node --version").code != 0) {
    WARN("left out: node is not here");
    return;
  }
  const files in;
  const std::string script = "node '" LONGPOLLD_SOURCE_DIR "/tests/process/second_opinion.mjs' ";
  REQUIRE(shell(script + "make '" + in.path() + '\'').code == 0);
  for (const std::string name : algorithms) {
    INFO(name);
    for (const char* form : {".pub", ".jwk"}) {
      const auto keys = jwt_keys::read(*jwt_algorithm_of(name), in.text(name + form));
      REQUIRE(keys.has_value());
      const auto read = verify(in.text(name + ".token"), {.keys = &*keys}, now());
      REQUIRE(read.has_value());
      CHECK(read->claims.at("sub") == "älice");
      CHECK(read->claims.at("level") == "7");
    }
    const auto made = run({"token", "--key-file", in.at(name + ".key"), "--algorithm", name, "--claim",
                           "sub=bób", "--kid", "k", "--publish", "a.*"});
    REQUIRE(made.code == 0);
    in.write(name + ".ours", made.output);
  }
  const auto checked = shell(script + "check '" + in.path() + '\'');
  REQUIRE(checked.code == 0);
  for (const std::string name : algorithms) {
    CHECK(holds(checked,
                name + " verified {\"alg\":\"" + name + "\",\"typ\":\"JWT\",\"kid\":\"k\"} {\"iat\":"));
  }
  CHECK(holds(checked, R"("sub":"bób","longpolld":{"subscribe":[],"publish":["a.*"]}})"));
}

TEST_CASE("a token lasts an hour, or as long as --expires says", "[process]") {
  const files in;
  const auto lasts = [&](const std::vector<std::string>& arguments) {
    const auto began = now() / 1000;
    const auto read = verified(token(in, arguments));
    REQUIRE(read.has_value());
    const auto iat = std::stoll(read->claims.at("iat"));
    CHECK(iat >= began);
    CHECK(iat <= now() / 1000);
    return std::stoll(read->claims.at("exp")) - iat;
  };
  CHECK(lasts({}) == 3600);
  CHECK(lasts({"--expires", "90s"}) == 90);
  CHECK(lasts({"--expires", "5m"}) == 300);
  CHECK(lasts({"--expires", "20"}) == 20);
  for (const char* wrong :
       {"0", "-1", "1.5", "1y", "", "99999999999999999999", "9223372036854775807", "281474976711"}) {
    INFO(wrong);
    CHECK(token(in, {"--expires", wrong}).code == 64);
  }
}

TEST_CASE("a token has the claims and rules it was given", "[process]") {
  const files in;
  const auto read =
      verified(token(in, {"--claim", "sub=al=ice", "--claim", "iss=https://example.org", "--claim",
                          "empty=", "--subscribe", "user.7.*", "--subscribe", "news", "--publish", "chat"}));
  REQUIRE(read.has_value());
  CHECK(read->claims.at("sub") == "al=ice");
  CHECK(read->claims.at("iss") == "https://example.org");
  CHECK(read->claims.at("empty").empty());
  CHECK(read->subscribe == std::vector<std::string>{"user.7.*", "news"});
  CHECK(read->publish == std::vector<std::string>{"chat"});
}

TEST_CASE("what is wrong with a token's arguments is said, and nothing of the key", "[process]") {
  const files in;
  const auto refused = [](const finished& of, const std::string& why) {
    CHECK(of.code == 64);
    INFO(of.output);
    CHECK(holds(of, "longpolld token: " + why));
    CHECK_FALSE(holds(of, "sssss"));
  };
  refused(token(in, {"--claim", "sub"}), "--claim sub is not NAME=VALUE");
  refused(token(in, {"--claim", "=a"}), "--claim =a is not NAME=VALUE");
  refused(token(in, {"--claim", "exp=1"}), "--claim exp=1 is set by");
  refused(token(in, {"--claim", "longpolld=1"}), "--claim longpolld=1 is set by");
  refused(token(in, {"--claim", "a=1", "--claim", "a=2"}), "--claim a=2 has a name that was given before");
  refused(token(in, {"--publish", "a\\"}), "--publish \"a\\\": column 2");
  refused(token(in, {"--subscribe", ""}), "--subscribe \"\": column 1");
  refused(token(in, {"--claim", "a=" + std::string(8000, 'a')}), "the token would be longer than 8 KiB");
  refused(run({"token", "--key-file", in.at("none"), "--algorithm", "HS256"}), "--key-file " + in.at("none"));
  refused(run({"token", "--key-file", in.path(), "--algorithm", "HS256"}), "--key-file");
  refused(run({"token", "--key-file", in.write("short", "sssss"), "--algorithm", "HS256"}),
          "--key-file " + in.at("short") + " must hold a secret of at least 32 bytes");
  refused(run({"token", "--key-file", in.at("key"), "--algorithm", "RS256"}), "--key-file");
  refused(run({"token", "--key-file", in.at("key"), "--algorithm", "none"}),
          "--algorithm must be one of HS256");
  refused(run({"token", "--key-file", in.at("key")}), "--algorithm is required");
}
