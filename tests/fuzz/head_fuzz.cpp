// A request head comes to the same verdict however it is split, and parsing what the guard let pass never
// throws.
#include "longpolld/http/request.hpp"
#include "longpolld/http/request_guard.hpp"

#include "fuzz/fuzz.hpp"

#include <algorithm>

using namespace longpolld;

namespace {

struct verdict {
  int status = -1;
  std::size_t bytes = 0;

  friend bool operator==(const verdict&, const verdict&) = default;
};

/// Looks at more and more of the bytes, `step` at a time.
verdict judge(std::string_view bytes, std::size_t step) {
  static const config limits;
  request_guard guard;
  for (std::size_t end = std::min(step, bytes.size());; end = std::min(end + step, bytes.size())) {
    const auto seen = guard.look(bytes.substr(0, end), limits);
    if (!seen) return {seen.error().status, 0};
    if (*seen) {
      const auto parsed = parse_request(bytes.substr(guard.skipped(), **seen - guard.skipped()));
      return {parsed ? 0 : parsed.error().status, **seen};
    }
    if (end == bytes.size()) return {};
  }
}

}  // namespace

void longpolld::fuzz::run(std::string_view bytes) {
  const auto whole = judge(bytes, bytes.size() + 1);
  expect(judge(bytes, 1) == whole);
  expect(judge(bytes, 7) == whole);
}
