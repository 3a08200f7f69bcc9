#include "history/mixed_run.hpp"

#include "support/catch.hpp"
#include "support/subscriber.hpp"

#include <mutex>
#include <thread>

namespace longpolld::test {
namespace {

constexpr int events_per_round = 15;
const std::vector<std::string> categories = {"farm", "sea"};

std::vector<std::unique_ptr<client>> connections_to(const std::vector<std::uint16_t>& ports) {
  std::vector<std::unique_ptr<client>> made;
  for (const auto port : ports) made.push_back(std::make_unique<client>(port));
  return made;
}

published_event publish(client& by, int publisher, int number, const std::string& category) {
  const auto body = R"({"category":")" + category + R"(","data":)" + trace::data_of(publisher, number) + "}";
  const auto answer = by.post("/publish", body);
  if (!answer || answer->status != 200) throw std::runtime_error("not published");
  const auto told = answer->json();
  return {publisher, number, category, std::string(told.at("id").as_string()),
          told.at("timestamp").as_int64()};
}

}  // namespace

trace mixed_run(const std::vector<std::uint16_t>& ports, int publishers, int rounds) {
  trace seen;
  std::mutex guard;
  std::atomic<bool> published_all{false};

  std::vector<std::unique_ptr<subscriber>> readers;
  for (const auto& category : categories) {
    for (const auto style :
         {cursor_style::cursor, cursor_style::since_and_last_id, cursor_style::since_only}) {
      for (const bool drops : {false, true}) {
        const auto seed = static_cast<unsigned>(readers.size());
        readers.push_back(std::make_unique<subscriber>(ports, category, style, drops, seed));
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
      auto connections = connections_to(ports);
      std::vector<published_event> mine;
      auto requests = static_cast<std::size_t>(p);
      for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < events_per_round; ++i) {
          for (const auto& category : categories) {
            mine.push_back(
                publish(*connections[requests++ % ports.size()], p, round * events_per_round + i, category));
          }
        }
        connections = connections_to(ports);
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

published_event publish_for_sure(std::uint16_t port, int publisher, int number, const std::string& category) {
  const auto body = R"({"category":")" + category + R"(","data":)" + trace::data_of(publisher, number) + "}";
  const auto key = "Idempotency-Key: " + category + '-' + std::to_string(publisher) + '-' +
                   std::to_string(number) + "\r\n";
  for (;;) {
    try {
      client one(port);
      const auto answer = one.post("/publish", body, key);
      if (answer && answer->status == 200) {
        const auto told = answer->json();
        return {publisher, number, category, std::string(told.at("id").as_string()),
                told.at("timestamp").as_int64()};
      }
    } catch (const std::exception&) {  // it is being started
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void check_clean(const trace& seen) {
  const auto breaches = seen.breaches();
  for (const auto& one : breaches) UNSCOPED_INFO(one);
  CHECK(breaches.empty());
}

}  // namespace longpolld::test
