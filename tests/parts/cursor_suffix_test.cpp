#include "longpolld/parts/cursor_suffix.hpp"

#include "support/catch.hpp"

#include <set>

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

const steady_time some_time(1000h);

std::string text_of(std::uint64_t suffix) {
  std::string text;
  append_suffix(text, suffix);
  return text;
}

}  // namespace

TEST_CASE("a span is half a second shorter than any poll that ends with its suffix, and not much shorter",
          "[parts]") {
  for (const std::chrono::milliseconds timeout : {1000ms, 1011ms, 1012ms, 2000ms, 30'000ms, 86'400'000ms}) {
    const std::chrono::milliseconds span(1LL << cursor_suffixes::span_of(timeout));
    CHECK(span <= timeout - cursor_suffixes::margin);
    CHECK(2 * span > timeout - cursor_suffixes::margin);
  }
  CHECK(cursor_suffixes::span_of(1s) == cursor_suffixes::span_least);
}

TEST_CASE("polls that time out within one span have one suffix, and no other span has it", "[parts]") {
  const cursor_suffixes suffixes(7);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 5000; ++i) seen.insert(suffixes.at(10, steady_time(i * 1ms)));
  CHECK(seen.size() == 5);
  CHECK(suffixes.at(10, steady_time(1023ms)) == suffixes.at(10, steady_time(0ms)));
  CHECK(suffixes.at(10, steady_time(1024ms)) != suffixes.at(10, steady_time(1023ms)));
  CHECK(suffixes.at(11, steady_time(0ms)) != suffixes.at(10, steady_time(0ms)));
}

TEST_CASE("another process has other suffixes", "[parts]") {
  CHECK(cursor_suffixes(1).at(10, some_time) != cursor_suffixes(2).at(10, some_time));
}

TEST_CASE("whatever timeouts a client mixes, a cursor never leads back to itself", "[parts]") {
  const cursor_suffixes suffixes(7);
  const std::chrono::milliseconds timeouts[] = {1s, 1s, 2s, 5s, 30s, 1s, 120s, 3s};
  // The worst case: each poll begins as soon as anybody can have been given the suffix it is asked with.
  std::set<std::uint64_t> seen;
  auto now = some_time;
  for (int i = 0; i < 10'000; ++i) {
    const auto timeout = timeouts[static_cast<std::size_t>(i * 7) % std::size(timeouts)];
    const auto span = cursor_suffixes::span_of(timeout);
    now += timeout;
    const auto suffix = suffixes.at(span, now);
    CHECK(seen.insert(suffix).second);
    while (suffixes.at(span, now - 1ms) == suffix) now -= 1ms;
    if (i > 200) i += 97;  // long spans take their time
  }
}

TEST_CASE("a suffix is read off again, and nothing else is taken for one", "[parts]") {
  for (const std::uint64_t suffix : {1ULL, 0xabcULL, ~0ULL}) {
    const auto text = text_of(suffix);
    CHECK(text.front() == '~');
    CHECK(text.size() <= suffix_chars_max);
    CHECK(without_suffix("id" + text) == "id");
    CHECK(without_suffix("id" + text + text) == "id" + text + text);  // it does not grow
  }
  CHECK(text_of(0xabc) == "~abc");
  CHECK(without_suffix("id") == "id");
  CHECK(without_suffix("").empty());
  CHECK(without_suffix("~1").empty());
  for (const char* other : {"id~", "id~g", "id~ABC", "id~1~", "id~-1", "id~1 ", "id~12345678901234567"}) {
    CHECK(without_suffix(other) == other);
  }
}
