#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/digest.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

#include <set>

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE("key prints a secret of 256 bits, and a table that holds its SHA-256 and not the secret",
          "[process]") {
  const auto done = run({"key", "backend"});
  REQUIRE(done.code == 0);
  const auto secret = done.output.substr(0, done.output.find('\n'));
  const auto bytes = from_base64url(secret);
  REQUIRE(bytes.has_value());
  CHECK(bytes->size() == 32);
  const auto table = done.output.substr(secret.size());
  CHECK(table.find(secret) == std::string::npos);
  CHECK(table.find("\n\n[[key]]\nname = \"backend\"\nsecret_sha256 = \"" + to_hex(sha256(secret)) + "\"\n") ==
        0);
  CHECK(table.find("\npublish = [\"*\"] ") != std::string::npos);
  CHECK(table.find("\nsubscribe = [\"*\"] ") != std::string::npos);
}

TEST_CASE("each key has a secret of its own", "[process]") {
  std::set<std::string> all;
  for (int i = 0; i < 20; ++i) all.insert(run({"key", "a"}).output.substr(0, 43));
  CHECK(all.size() == 20);
}

TEST_CASE("a key's name is quoted in the table, and refused where it could not be used", "[process]") {
  CHECK(holds(run({"key", "a \"b\" \\c"}), "\nname = \"a \\\"b\\\" \\\\c\"\n"));
  CHECK(holds(run({"key", "Ställe"}), "\nname = \"Ställe\"\n"));
  for (const std::string wrong : {"", "a:b", "a\nb", "a\xff", "a\xe2\x80\xae"}) {
    const auto done = run({"key", wrong});
    CHECK(done.code == 64);
    CHECK(holds(done, "longpolld key: the name must"));
    CHECK_FALSE(holds(done, "secret"));
  }
  CHECK(run({"key"}).code == 64);
  CHECK(run({"key", "a", "b"}).code == 64);
}
