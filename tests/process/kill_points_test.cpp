#include "process/journal_remains.hpp"
#include "support/by_hand.hpp"

#include <csignal>
#include <functional>

using namespace longpolld;
using namespace longpolld::test;

// The process is killed before each call by which it writes, syncs, cuts or removes, or, while it starts,
// also reads: from a journal that is made once.

namespace {

constexpr int small_buffer = 20;

/// More by hand, as LONGPOLLD_KILL_POINTS says.
int all_points() {
#ifdef LONGPOLLD_SANITIZED
  constexpr int standard = 12;  // each start takes much longer
#else
  constexpr int standard = 100;
#endif
  return by_hand("LONGPOLLD_KILL_POINTS", standard);
}

/// A journal that a killed server has left: some events that live, and many more that a smaller buffer loses.
class left_behind {
 public:
  left_behind() {
    process server(journal_flags(at / "j"), at.environment());
    client by(server.port());
    for (int n = 0; n < 40; ++n) {
      const bool is_rare = n % 4 == 0;
      REQUIRE(publish_some(by, is_rare ? "rare" : "often", std::string(is_rare ? 100 : 20'000, 'x'),
                           is_rare ? 1 : 6, told));
    }
    server.signal(SIGKILL);
    REQUIRE(server.wait());
    files = journal_files::at(at / "j");
    of.max_event_buffer_size = small_buffer;
  }

  using step = std::function<void(process&, std::vector<acknowledged_event>&)>;
  /// Runs `act` with the program again and again, killed at another call each time, and looks at what is
  /// left. `is_late`: calls are counted from when it serves.
  void kill_all_over(const std::vector<std::string>& flags, bool is_late, std::int64_t calls, const step& act,
                     int points = all_points()) {
    int killed = 0;
    for (int point = 0; point < points; ++point) {
      files.put(at / "j");
      at->calls = 0;
      // Every call of the first ones, or spread over all there are.
      const auto call = 1 + (calls > points ? point * calls / points : point);
      at->kill_at = is_late ? 0 : call;
      auto more = told;
      process one(flags, at.environment());
      try {
        if (is_late) {
          REQUIRE(is_ready(one.port()));
          at->kill_at = at->calls + call;
        }
        act(one, more);
      } catch (const std::exception&) {  // it was killed while it started
      }
      if (at->kill_at > 0 && at->calls >= at->kill_at) {
        ++killed;
      } else {
        one.signal(SIGKILL);
      }
      REQUIRE(one.wait());
      INFO("call " << call);
      const auto breaches = breaches_of(journal_files::at(at / "j"), of, small_buffer - 8, more);
      for (const auto& each : breaches) UNSCOPED_INFO(each);
      REQUIRE(breaches.empty());
    }
    CHECK(killed >= points * 9 / 10);  // how many calls there are differs a little from run to run
  }
  /// How many calls `act` makes.
  std::int64_t calls_of(const std::vector<std::string>& flags, bool is_late, const step& act) {
    files.put(at / "j");
    at->calls = 0;
    at->kill_at = 0;
    auto more = told;
    process one(flags, at.environment());
    if (is_late) {
      REQUIRE(is_ready(one.port()));
      at->calls = 0;
    }
    act(one, more);
    const auto calls = at->calls.load();
    one.signal(SIGKILL);
    REQUIRE(one.wait());
    return calls;
  }

  faulty_disk at;
  config of;
  journal_files files;
  std::vector<acknowledged_event> told;
};

std::vector<std::string> with_buffer(const left_behind& of, int size) {
  return journal_flags(of.at / "j", {"--max-event-buffer-size", std::to_string(size)});
}

void publish_until_killed(process& server, std::vector<acknowledged_event>& into) {
  client by(server.port());
  for (int n = 0; n < 60; ++n) {
    const auto category = n % 4 == 0 ? "rare" : "often";
    if (!publish_some(by, category, "more", 1 + n % 3, into, n % 2 == 0 ? "key-" + std::to_string(n) : ""))
      return;
  }
}

}  // namespace

TEST_CASE("nothing acknowledged is lost wherever a commit is killed", "[kill]") {
  left_behind one;
  one.kill_all_over(with_buffer(one, 100'000), true, 0, publish_until_killed);
}

TEST_CASE("nothing acknowledged is lost wherever the collector is killed", "[kill]") {
  left_behind one;
  const auto flags = with_buffer(one, small_buffer);
  one.kill_all_over(flags, true, one.calls_of(flags, true, publish_until_killed), publish_until_killed);
}

TEST_CASE("nothing acknowledged is lost wherever a start is killed", "[kill]") {
  left_behind one;
  const auto flags = with_buffer(one, small_buffer);
  const auto start = [](process& server, std::vector<acknowledged_event>&) {
    static_cast<void>(is_ready(server.port()));
  };
  one.at->counts_reads = 1;
  one.kill_all_over(flags, false, one.calls_of(flags, false, start), start);
}

TEST_CASE("nothing acknowledged is lost wherever a stop is killed", "[kill]") {
  left_behind one;
  const auto flags = with_buffer(one, small_buffer);
  const auto stop = [](process& server, std::vector<acknowledged_event>&) {
    server.signal(SIGTERM);
    static_cast<void>(server.wait());
  };
  one.kill_all_over(flags, true, one.calls_of(flags, true, stop), stop, all_points() / 4);
}

TEST_CASE("nothing acknowledged is lost wherever compacting is killed", "[kill]") {
  left_behind one;
  const std::vector<std::string> flags{"journal", one.at / "j", "--compact"};
  const auto wait = [](process& program, std::vector<acknowledged_event>&) {
    static_cast<void>(program.wait());
  };
  one.kill_all_over(flags, false, one.calls_of(flags, false, wait), wait, all_points() / 4);
}
