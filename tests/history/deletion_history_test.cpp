#include "longpolld/parts/position.hpp"

#include "support/catch.hpp"
#include "support/test_server.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr int publishers = 4;
constexpr int events_each = 400;
constexpr int subscribers = 9;
const std::vector<std::string> categories = {"farm", "sea"};

/// What all subscribers were given together.
class ledger {
 public:
  void published(const std::string& id) {
    const std::lock_guard lock(mutex_);
    published_.insert(id);
  }
  void given(const std::string& id) {
    const std::lock_guard lock(mutex_);
    given_.insert(id);
  }
  void breach(const std::string& what) {
    const std::lock_guard lock(mutex_);
    breaches_.push_back(what);
  }
  void check() {
    for (const auto& one : breaches_) UNSCOPED_INFO(one);
    CHECK(breaches_.empty());
    CHECK(published_.size() == publishers * events_each);
    CHECK(given_ == published_);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> published_, given_;
  std::vector<std::string> breaches_;
};

/// Follows one category, or both, by the cursor, and checks that what it is given only ever goes forward.
void follow(std::uint16_t port, int number, const std::atomic<bool>& stopped, ledger& all) {
  client one(port);
  std::string names;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    if (number % 3 != static_cast<int>(i)) names += "&category=" + categories[i];
  }
  std::string cursor;
  std::map<std::string, std::string> last;
  for (bool is_over = false; !is_over;) {
    is_over = stopped;
    const auto answer = one.get("/events?timeout=1&since_time=0&cursor=" + cursor + names);
    if (!answer || answer->status != 200) return all.breach("a poll was not answered");
    const auto reply = answer->json().as_object();
    cursor = reply.at("cursor").as_string();
    if (reply.contains("gap")) all.breach("a gap");
    if (!reply.contains("events")) continue;
    is_over = false;
    for (const auto& event : reply.at("events").as_array()) {
      const std::string id(event.at("id").as_string());
      auto& before = last[std::string(event.at("category").as_string())];
      if (id <= before) all.breach("given twice or out of order: " + id);
      before = id;
      all.given(id);
    }
  }
}

}  // namespace

TEST_CASE("with deletion after the first retrieval every event is given to somebody and to nobody twice",
          "[history]") {
  auto of = test_config();
  of.threads = GENERATE(1, 2, 8);
  of.delete_event_after_first_retrieval = true;
  of.max_event_buffer_size = 10'000;
  of.max_requests_per_connection = 0;
  test_server server(of);
  ledger all;
  std::atomic<bool> stopped{false};
  std::vector<std::thread> reading, writing;
  for (int i = 0; i < subscribers; ++i) {
    reading.emplace_back([&, i] { follow(server.port(), i, stopped, all); });
  }
  reading.emplace_back([&] {
    client one(server.port());
    while (!stopped) {
      one.send(request_text("HEAD", "/events?category=farm&category=sea&since_time=0&timeout=60"));
      if (!one.receive(false)) return all.breach("a HEAD was not answered");
    }
  });
  for (int p = 0; p < publishers; ++p) {
    writing.emplace_back([&, p] {
      client one(server.port());
      for (int i = 0; i < events_each; ++i) {
        all.published(one.publish(categories[static_cast<std::size_t>(p + i) % categories.size()], "1"));
      }
    });
  }
  for (auto& one : writing) one.join();
  stopped = true;
  for (auto& one : reading) one.join();
  all.check();
  CHECK(server->log().count().buffer_bytes == 0);
}
