#include "support/catch.hpp"
#include "support/subscriber.hpp"
#include "support/test_server.hpp"
#include "support/trace.hpp"

#include <mutex>
#include <set>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr int publishers = 16;
constexpr int rounds = 3;
constexpr int events_per_round = 15;  // 16 × 15 in a category and round: below its 1,000 a second
const std::vector<std::string> categories = {"farm", "sea"};

/// Publishes, subscribes in every style and returns what happened.
trace run(const config& of) {
  test_server server(of);
  trace seen;
  std::mutex guard;
  std::atomic<bool> published_all{false};

  std::vector<std::unique_ptr<subscriber>> readers;
  for (const auto& category : categories) {
    for (const auto style :
         {cursor_style::cursor, cursor_style::since_and_last_id, cursor_style::since_only}) {
      for (const bool drops : {false, true}) {
        const auto seed = static_cast<unsigned>(readers.size());
        readers.push_back(std::make_unique<subscriber>(server.port(), category, style, drops, seed));
      }
    }
  }
  std::vector<std::thread> threads;
  for (auto& reader : readers) {
    threads.emplace_back([&, one = reader.get()] { one->run(published_all); });
  }

  std::vector<std::thread> writers;
  for (int p = 0; p < publishers; ++p) {
    writers.emplace_back([&, p] {
      auto connection = std::make_unique<client>(server.port());
      std::vector<published_event> mine;
      for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < events_per_round; ++i) {
          for (const auto& category : categories) {
            const int number = round * events_per_round + i;
            const auto body =
                R"({"category":")" + category + R"(","data":)" + trace::data_of(p, number) + "}";
            const auto answer = connection->post("/publish", body);
            if (!answer || answer->status != 200) throw std::runtime_error("not published");
            const auto told = answer->json();
            mine.push_back({p, number, category, std::string(told.at("id").as_string()),
                            told.at("timestamp").as_int64()});
          }
        }
        connection = std::make_unique<client>(server.port());
        // Long enough for polls to time out between the rounds.
        std::this_thread::sleep_for(std::chrono::milliseconds(1300));
      }
      const std::lock_guard lock(guard);
      for (auto& one : mine) seen.add(std::move(one));
    });
  }
  for (auto& one : writers) one.join();
  published_all = true;
  for (auto& one : threads) one.join();
  for (const auto& one : readers) seen.add(one->name(), one->category(), one->replies());
  return seen;
}

config history_config(int threads) {
  auto of = test_config();
  of.threads = threads;
  of.max_event_buffer_size = 10'000;
  return of;
}

void check_clean(const trace& seen) {
  const auto breaches = seen.breaches();
  for (const auto& one : breaches) UNSCOPED_INFO(one);
  CHECK(breaches.empty());
}

}  // namespace

TEST_CASE("nothing is lost, doubled or reordered on one thread", "[history]") {
  const auto seen = run(history_config(1));
  check_clean(seen);
  CHECK(seen.gaps() == 0);
}

TEST_CASE("nothing is lost, doubled or reordered on two threads", "[history]") {
  const auto seen = run(history_config(2));
  check_clean(seen);
  CHECK(seen.gaps() == 0);
}

TEST_CASE("nothing is lost, doubled or reordered on eight threads", "[history]") {
  const auto seen = run(history_config(8));
  check_clean(seen);
  CHECK(seen.gaps() == 0);
}

TEST_CASE("what a small buffer loses is told as a gap, on two threads", "[history]") {
  auto of = history_config(2);
  of.max_event_buffer_size = 5;
  const auto seen = run(of);
  check_clean(seen);
  CHECK(seen.gaps() > 0);
}
