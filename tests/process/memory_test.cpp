#include "preload/allocations.hpp"
#include "process/journal_server.hpp"
#include "support/subscriber.hpp"
#include "support/trace.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <sys/mman.h>
#include <thread>
#include <tuple>
#include <unistd.h>

using namespace longpolld::test;

namespace {

constexpr int publishers = 6;
constexpr int events_each = 150;

/// A file that the preloaded library and this test share.
class shared_allocations {
 public:
  shared_allocations() {
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::ftruncate(file, sizeof(allocations)) != 0) throw std::runtime_error(path_);
    void* shared = ::mmap(nullptr, sizeof(allocations), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    seen_ = static_cast<allocations*>(shared);
  }
  ~shared_allocations() {
    ::munmap(seen_, sizeof(allocations));
    std::filesystem::remove(path_);
  }
  shared_allocations(const shared_allocations&) = delete;
  shared_allocations& operator=(const shared_allocations&) = delete;

  [[nodiscard]] std::vector<std::string> environment() const {
    return {"LD_PRELOAD=" LONGPOLLD_ALLOCATIONS_LIBRARY, "LONGPOLLD_ALLOCATIONS=" + path_};
  }
  allocations* operator->() { return seen_; }

 private:
  std::string path_ = "/tmp/longpolld_allocations_" + std::to_string(::getpid());
  allocations* seen_;
};

/// Publishes each number once, whatever becomes of it. Without an id: the outcome is not known.
std::vector<published_event> publish_all(std::uint16_t port, int publisher, const std::string& category) {
  std::vector<published_event> tried;
  std::unique_ptr<client> connection;
  try {
    for (int number = 0; number < events_each; ++number) {
      if (!connection) connection = std::make_unique<client>(port);
      const auto answer = connection->post("/publish", R"({"category":")" + category + R"(","data":)" +
                                                           trace::data_of(publisher, number) + "}");
      tried.push_back({publisher, number, category, {}, 0});
      if (answer && answer->status == 200) {
        const auto told = answer->json();
        tried.back().id = told.at("id").as_string();
        tried.back().timestamp = told.at("timestamp").as_int64();
      } else {
        connection.reset();
      }
    }
  } catch (const std::exception&) {  // it is gone, which its exit code says
  }
  return tried;
}

/// What is kept of a category, by its data.
std::map<std::string, published_event> read_all(std::uint16_t port, const std::string& category) {
  std::map<std::string, published_event> kept;
  client one(port);
  for (std::string cursor;;) {
    const auto reply =
        one.get("/events?timeout=1&since_time=0&category=" + category + "&cursor=" + cursor)->json();
    cursor = reply.at("cursor").as_string();
    if (!reply.as_object().contains("events")) return kept;
    for (const auto& event : reply.at("events").as_array()) {
      kept[serialize(event.at("data"))] = {0, 0, category, std::string(event.at("id").as_string()),
                                           event.at("timestamp").as_int64()};
    }
  }
}

}  // namespace

TEST_CASE("allocations that fail cost their request, never the server or an event that had its 200",
          "[process]") {
  using how = std::tuple<const char*, const char*, std::uint64_t>;
  const auto [store, threads, one_in] =
      GENERATE(how{"memory", "1", 50}, how{"memory", "1", 5}, how{"memory", "2", 5},
               how{"journal", "2", 2000}, how{"journal", "1", 100});
  CAPTURE(store, threads, one_in);
  const bool outlives = store == std::string_view("journal");
  shared_allocations shared;
  faulty_disk at;
  const std::vector<std::string> flags{"--listen",
                                       "127.0.0.1:0",
                                       "--threads",
                                       threads,
                                       "--max-event-buffer-size",
                                       "100000",
                                       "--drain-delay-seconds",
                                       "0",
                                       "--store",
                                       store,
                                       "--journal-file",
                                       at / "j"};
  process server(flags, shared.environment());
  const auto port = server.port();
  REQUIRE(is_ready(port));  // it has started: what fails before that ends it
  const std::vector<std::string> categories = {"farm", "sea"};
  std::atomic<bool> published_all{false};
  std::vector<std::unique_ptr<subscriber>> readers;
  for (const auto& category : categories) {
    for (const bool drops : {false, true}) {
      readers.push_back(std::make_unique<subscriber>(port, category, cursor_style::cursor, drops,
                                                     static_cast<unsigned>(readers.size())));
    }
  }
  shared->fail_one_in = one_in;
  std::vector<std::thread> reading, writing;
  for (auto& one : readers) reading.emplace_back([&] { one->run(published_all); });
  std::vector<published_event> tried;
  std::mutex guard;
  for (int p = 0; p < publishers; ++p) {
    writing.emplace_back([&, p] {
      auto mine = publish_all(port, p, categories[static_cast<std::size_t>(p) % categories.size()]);
      const std::lock_guard lock(guard);
      tried.insert(tried.end(), mine.begin(), mine.end());
    });
  }
  for (auto& one : writing) one.join();
  shared->fail_one_in = 0;
  published_all = true;
  if (const auto ended = server.wait(std::chrono::milliseconds(0))) {  // the readers would wait for ever
    WARN("it has ended with " << *ended << ":\n" << server.output());
    std::abort();
  }
  for (auto& one : reading) one.join();

  trace seen;
  std::size_t acknowledged = 0;
  std::map<std::string, std::map<std::string, published_event>> kept;
  for (const auto& category : categories) kept[category] = read_all(port, category);
  for (auto& one : tried) {
    if (!one.id.empty()) {
      ++acknowledged;
    } else {  // either it is there for everyone or for nobody
      const auto& all = kept[one.category];
      const auto there = all.find(trace::data_of(one.publisher, one.number));
      if (there == all.end()) continue;
      one.id = there->second.id;
      one.timestamp = there->second.timestamp;
    }
    seen.add(one);
  }
  for (const auto& one : readers) seen.add(one->name(), one->category(), one->replies());
  for (const auto& breach : seen.breaches()) UNSCOPED_INFO(breach);
  CHECK(seen.breaches().empty());
  CHECK(seen.gaps() == 0);
  CHECK(acknowledged > publishers * events_each / 4);
  CHECK(shared->failed > 0);
  server.signal(outlives ? SIGKILL : SIGTERM);
  CHECK(server.wait() == (outlives ? 128 + SIGKILL : 0));
  if (!outlives) return;
  process next(flags);
  REQUIRE(is_ready(next.port()));
  for (const auto& category : categories) {
    const auto again = read_all(next.port(), category);
    CHECK(again.size() == kept[category].size());
    for (const auto& [data, one] : kept[category]) {
      const auto there = again.find(data);
      CHECK((there != again.end() && there->second.id == one.id));
    }
  }
}

TEST_CASE("large replies to waiting polls survive allocations that fail, too", "[process]") {
  shared_allocations shared;
  process server({"--listen", "127.0.0.1:0", "--threads", "1", "--drain-delay-seconds", "0"},
                 shared.environment());
  const auto port = server.port();
  REQUIRE(client(port).get("/healthz"));
  std::atomic<bool> is_over{false};
  std::vector<std::thread> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.emplace_back([&] {
      for (std::unique_ptr<client> one; !is_over;) {
        try {
          if (!one) one = std::make_unique<client>(port);
          if (!one->get("/events?category=a&timeout=1")) one.reset();
        } catch (const std::exception&) {
          one.reset();
        }
      }
    });
  }
  shared->fail_one_in = 5;
  const std::string data = '"' + std::string(20'000, 'x') + '"';
  std::unique_ptr<client> by;
  for (int i = 0; i < 3000; ++i) {
    try {
      if (!by) by = std::make_unique<client>(port);
      if (!by->post("/publish", R"({"category":"a","data":)" + data + "}")) by.reset();
    } catch (const std::exception&) {
      by.reset();
    }
  }
  shared->fail_one_in = 0;
  is_over = true;
  for (auto& one : waiting) one.join();
  CHECK(eventually([&] { return client(port).get("/healthz").has_value(); }));
  server.signal(SIGTERM);
  CHECK(server.wait().value_or(-1) == 0);
}
