// A stream of requests is framed the same however it is split, and reading what the guard let pass never
// throws. With LONGPOLLD_VERDICTS=file each input's verdict is written there, for oracle.py to compare.
#include "fuzz/fuzz.hpp"
#include "support/stream_reader.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

using namespace longpolld;

namespace {

std::pair<std::string, std::size_t> judge(std::string_view bytes, std::size_t step) {
  test::stream_reader reader;
  for (std::size_t at = 0; at < bytes.size(); at += step) reader.feed(bytes.substr(at, step));
  return {reader.verdict(), reader.requests()};
}

void write_verdict(std::string_view bytes, const std::pair<std::string, std::size_t>& seen) {
  static const char* const path = std::getenv("LONGPOLLD_VERDICTS");
  if (!path) return;
  static std::FILE* const out = std::fopen(path, "w");
  for (const char byte : bytes) std::fprintf(out, "%02x", static_cast<unsigned>(byte) & 0xffU);
  std::fprintf(out, "\t%s\t%zu\n", seen.first.c_str(), seen.second);
  std::fflush(out);
}

}  // namespace

void longpolld::fuzz::run(std::string_view bytes) {
  const auto whole = judge(bytes, bytes.size() + 1);
  write_verdict(bytes, whole);
  // Twice, so that the second time every field is known.
  expect(judge(std::string(bytes) + std::string(bytes), 2 * bytes.size() + 1).first != "RECALLED OTHERWISE");
  expect(whole.first != "RECALLED OTHERWISE");
  // Behind the last request of a connection, how much is ignored is a matter of what had arrived.
  if (whole.first == "CLOSE") return;
  expect(judge(bytes, 1) == whole);
  expect(judge(bytes, 7) == whole);
}
