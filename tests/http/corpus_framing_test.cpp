#include "support/catch.hpp"
#include "support/corpus.hpp"
#include "support/framing_cases.hpp"
#include "support/stream_reader.hpp"

using namespace longpolld::test;

namespace {

stream_reader read(const std::vector<std::string_view>& segments) {
  stream_reader reader;
  for (const auto segment : segments) reader.feed(segment);
  return reader;
}

/// Where the oracle's class is not ours, and why.
bool is_excused(const corpus_case& one, const std::string& verdict) {
  if (verdict != "REJECT") return false;
  if (one.is_open) return true;  // obs-fold and repeated Content-Length may be refused, and are
  // The oracle lets userinfo pass in an absolute target; RFC 9110 section 4.2.4 has it treated as an error.
  return one.id == "uri:224:OK:+host";
}

void check_framing(const corpus_case& one) {
  const auto whole = read({one.bytes});
  if (is_excused(one, whole.verdict())) return;
  INFO(one.id << " (" << one.why << ")");
  CHECK(whole.verdict() == one.expect);
  if (one.expect != "REJECT") CHECK(whole.requests() == one.requests);
}

void check_splits(const corpus_case& one) {
  const std::string_view text = one.bytes;
  const auto whole = read({text}).verdict();
  if (whole == "CLOSE") return;  // where the stream stops is a matter of what had arrived
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  INFO(one.id);
  CHECK(read(bytes).verdict() == whole);
  for (std::size_t cut = 1; text.size() < 300 && cut < text.size(); ++cut) {
    const auto split = read({text.substr(0, cut), text.substr(cut)}).verdict();
    if (split != whole) CHECK(split == whole);
  }
}

}  // namespace

TEST_CASE("requests are framed as RFC 9112 has it, and what it leaves open is refused", "[http]") {
  const auto all = framing_cases();
  CHECK(all.size() >= 50);
  for (const auto& one : all) check_framing(one);
}

TEST_CASE("requests are framed the same byte by byte and at every split", "[http]") {
  for (const auto& one : framing_cases()) check_splits(one);
}

TEST_CASE("every corpus case is framed as a strict reader frames it", "[corpora]") {
  for (const auto& one : read_corpora()) check_framing(one);
}

TEST_CASE("every corpus case is framed the same byte by byte and at every split", "[corpora]") {
  for (const auto& one : read_corpora()) check_splits(one);
}
