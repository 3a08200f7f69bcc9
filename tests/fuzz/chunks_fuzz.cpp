// A chunked body decodes to the same however it is split, and never to more than its bound.
#include "longpolld/http/read/chunked_body.hpp"

#include "fuzz/fuzz.hpp"

#include <algorithm>

using namespace longpolld;

namespace {

constexpr std::size_t body_max = 300;

std::string decode(std::string_view bytes, std::size_t step) {
  chunked_body chunks;
  std::string body;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    auto segment = bytes.substr(0, step);
    const auto fed = chunks.feed(segment, body, body_max);
    fuzz::expect(body.size() <= body_max);
    if (!fed) return "refused " + std::to_string(fed.error().status);
    if (*fed == chunked_body::progress::complete) return "complete " + body;
  }
  return "more " + body;
}

}  // namespace

void longpolld::fuzz::run(std::string_view bytes) {
  const auto whole = decode(bytes, bytes.size() + 1);
  expect(decode(bytes, 1) == whole);
  expect(decode(bytes, 3) == whole);
}
