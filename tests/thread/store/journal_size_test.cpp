#include "thread/store/journal_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;

// How large the file gets beside what lives in it.

namespace {

/// What any file may have for nothing: SQLite's log, and what is spared so that a small history is not copied
/// all the time.
constexpr std::int64_t allowance = 7 << 20;

std::int64_t living(const kept_history& of) {
  return static_cast<std::int64_t>(of.events.count().buffer_bytes);
}

}  // namespace

TEST_CASE("the file stays below three times what lives in it, whatever the size of events", "[thread]") {
  const folder at;
  config of;
  of.max_event_buffer_size = 20;
  const auto bytes = GENERATE(1, 900, 1'950, 3'900, 4'200, 9'000, 60'000);
  CAPTURE(bytes);
  const std::string data = '"' + std::string(static_cast<std::size_t>(bytes), 'x') + '"';
  const auto categories = std::clamp(8'000'000 / 20 / (bytes + 300), 5, 500);
  kept_history one(at / "j", first_start, of);
  std::int64_t worst = 0;
  for (int round = 0; round < 3 * 20; ++round) {
    for (int first = 0; first < categories; first += 50) {
      std::vector<std::string> names;
      for (int i = first; i < std::min(first + 50, categories); ++i) names.push_back("c" + std::to_string(i));
      one.publish(names, data);
    }
    worst = std::max(worst, one.bytes() - 3 * living(one));
  }
  CHECK(worst < allowance);
}

TEST_CASE("the file gives its room back when less lives than before, and what lives is all there",
          "[thread]") {
  const folder at;
  config of;
  of.max_event_buffer_size = 20'000;
  const std::string data = '"' + std::string(2'000, 'x') + '"';
  std::vector<event_id> ids;
  {
    kept_history one(at / "j", first_start, of);
    ids = one.publish({"kept"}, data);
    for (int i = 0; i < 200; ++i) one.publish(std::vector<std::string>(100, "much"), data);
    CHECK(one.bytes() > 40 << 20);
  }
  of.max_event_buffer_size = 20;
  kept_history one(at / "j", later(1s), of);
  for (int i = 0; i < 100; ++i) one.keep();
  CHECK(one.bytes() < 3 * living(one) + allowance);
  CHECK(one.kept("kept").size() == 1);
  CHECK(one.kept("much").size() == 20);
  CHECK_FALSE(one.reach_after(ids[0], "kept").gap);
}
