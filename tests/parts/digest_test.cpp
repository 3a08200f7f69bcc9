#include "longpolld/parts/digest.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

// FIPS 180-4's examples.
constexpr std::string_view of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

}  // namespace

TEST_CASE("SHA-256 is the published one", "[parts]") {
  CHECK(to_hex(sha256("")) == of_nothing);
  CHECK(to_hex(sha256("abc")) == of_abc);
}

TEST_CASE("a digest is read from 64 hexadecimal digits and nothing else", "[parts]") {
  const std::string text(of_abc);
  CHECK(digest_from_hex(text) == sha256("abc"));
  CHECK(digest_from_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD") == sha256("abc"));
  for (const auto& wrong :
       {std::string(), text + "0", text.substr(1), text.substr(2), ' ' + text.substr(1),
        text.substr(0, 63) + 'g', "+1" + text.substr(2), "-1" + text.substr(2), "0x" + text.substr(2)}) {
    INFO(wrong);
    CHECK_FALSE(digest_from_hex(wrong));
  }
}

TEST_CASE("digests that differ anywhere are not the same", "[parts]") {
  const auto one = sha256("abc");
  CHECK(same_digest(one, sha256("abc")));
  for (std::size_t i = 0; i < one.size(); ++i) {
    auto other = one;
    other[i] ^= 1U;
    CHECK_FALSE(same_digest(one, other));
  }
}
