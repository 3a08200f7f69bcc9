#include "history/mixed_run.hpp"
#include "process/journal_server.hpp"
#include "support/by_hand.hpp"
#include "support/subscriber.hpp"
#include "support/trace.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <random>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace longpolld::test;

namespace {

constexpr int publishers = 4;
const std::vector<std::string> categories = {"farm", "sea"};

/// How often the server is killed: more often by hand, as LONGPOLLD_KILLS says.
int kills() {
#ifdef LONGPOLLD_SANITIZED
  constexpr int standard = 8;  // each start takes much longer
#else
  constexpr int standard = 50;
#endif
  return by_hand("LONGPOLLD_KILLS", standard);
}

/// More than a publisher's category gets while so many kills go by.
int buffer_size() { return 1000 + 40 * kills(); }

/// What differs from run to run by hand, as LONGPOLLD_SEED says.
unsigned seed() {
  const char* given = std::getenv("LONGPOLLD_SEED");
  return given ? static_cast<unsigned>(std::atoi(given)) : 7;
}

/// A wall clock that the servers of a test share, and that is set forward and back between them.
class set_clock {
 public:
  explicit set_clock(const std::string& path) : path_(path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::ftruncate(file, sizeof *shift_) != 0) throw std::runtime_error(path);
    shift_ = static_cast<std::atomic<std::int64_t>*>(
        ::mmap(nullptr, sizeof *shift_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    ::close(file);
  }
  ~set_clock() { ::munmap(shift_, sizeof *shift_); }
  set_clock(const set_clock&) = delete;
  set_clock& operator=(const set_clock&) = delete;

  void shift(std::chrono::milliseconds to) { *shift_ = to.count(); }
  /// Of a server on this disk.
  [[nodiscard]] std::vector<std::string> environment(const faulty_disk& with) const {
    auto all = with.environment();
    all[0] += ":" LONGPOLLD_CLOCK_LIBRARY;
    all.push_back("CLOCK_SHIFT=" + path_);
    return all;
  }

 private:
  const std::string path_;
  std::atomic<std::int64_t>* shift_ = nullptr;
};

/// None that a client is given (ip_local_port_range): who connects while the server is away could be given
/// the server's own, would speak with itself, and the port would be taken for a minute.
std::string address(std::mt19937& random) {
  return "127.0.0.1:" + std::to_string(std::uniform_int_distribution(10'000, 32'000)(random));
}

/// Fills another category far beyond its buffer, so that the journal is collected all the time and carries
/// along what the others have: until the kills are over, and enough for that. At most one event a
/// millisecond, or their stamps run ahead of the clock and the server needs to remember nothing else.
void fill(std::uint16_t port, const std::atomic<bool>& is_over, const std::atomic<bool>& is_quiet) {
  constexpr int at_once = 25;
  std::string batch;
  for (int i = 0; i < at_once; ++i) {
    batch += (i == 0 ? "[" : ",") + (R"({"category":"filler","data":")" + std::string(400, 'x') + "\"}");
  }
  batch += "]";
  for (int sent = 0; sent < 4 * buffer_size() || !is_over;) {
    try {
      client one(port);
      const auto answer = is_quiet ? std::nullopt : one.post("/publish", batch);
      if (answer && answer->status == 200) sent += at_once;
    } catch (const std::exception&) {  // it is being started
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(at_once));
  }
}

}  // namespace

TEST_CASE("nothing is lost, doubled, reordered or told as a gap while a server with a journal is killed",
          "[history][plain]") {
  // What was written outlives a kill, synced or not: slow writes, every other time, give it something to
  // lose.
  faulty_disk at;
  at->write_delay_ms = 1;
  set_clock clock(at / "clock");
  auto flags = journal_flags(at / "j", {"--max-event-buffer-size", std::to_string(buffer_size())});
  std::random_device any;
  std::mt19937 ports(any());
  std::unique_ptr<process> server;
  for (int tries = 0; tries < 20 && (!server || server->port() == 0); ++tries) {
    flags[1] = address(ports);
    server = std::make_unique<process>(flags, clock.environment(at));
  }
  const auto port = server->port();
  REQUIRE(is_ready(port));

  trace seen;
  std::mutex guard;
  std::atomic<bool> killed_all{false}, is_over{false}, published_all{false};
  std::atomic<bool> is_quiet{
      false};  // so that polls time out, and are promised what no event has been stamped
  std::vector<std::unique_ptr<subscriber>> readers;
  for (const auto& category : categories) {
    for (const auto style :
         {cursor_style::cursor, cursor_style::since_and_last_id, cursor_style::since_only}) {
      readers.push_back(
          std::make_unique<subscriber>(port, category, style, false, static_cast<unsigned>(readers.size())));
    }
  }
  std::vector<std::thread> reading, publishing;
  for (auto& reader : readers) {
    reading.emplace_back([&, one = reader.get()] { one->run(published_all); });
  }
  for (int p = 0; p < publishers; ++p) {
    publishing.emplace_back([&, p] {
      for (int number = 0; !is_over; ++number) {
        while (is_quiet) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        for (const auto& category : categories) {
          auto one = publish_for_sure(port, p, number, category);
          const std::lock_guard lock(guard);
          seen.add(std::move(one));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
      }
    });
  }
  std::thread filling([&] { fill(port, killed_all, is_quiet); });
  std::mt19937 random(seed());
  for (int i = 0; i < kills(); ++i) {
    is_quiet = i % 5 == 4;
    std::this_thread::sleep_for(std::chrono::milliseconds(is_quiet ? 1500 : random() % 300));
    server->signal(SIGKILL);
    REQUIRE(server->wait());
    at->write_delay_ms = i % 2;
    clock.shift(std::chrono::milliseconds(static_cast<int>(random() % 20'000) - 10'000));
    server = std::make_unique<process>(flags, clock.environment(at));
    const auto again = server->port();
    INFO(server->output());
    REQUIRE(again == port);
    is_quiet = false;
  }
  killed_all = true;
  filling.join();
  is_over = true;
  for (auto& one : publishing) one.join();
  published_all = true;
  for (auto& one : reading) one.join();
  // What nobody had asked for since is there too, after another kill.
  server->signal(SIGKILL);
  REQUIRE(server->wait());
  at->write_delay_ms = 0;
  server = std::make_unique<process>(flags, clock.environment(at));
  REQUIRE(is_ready(server->port()));
  for (const auto& category : categories) {
    readers.push_back(std::make_unique<subscriber>(port, category, cursor_style::cursor, false, 99U));
    readers.back()->run(published_all);
  }
  for (const auto& one : readers) seen.add(one->name(), one->category(), one->replies());
  check_clean(seen);
  for (const auto& one : readers) {
    for (std::size_t i = 0; i < one->replies().size(); ++i) {
      if (one->replies()[i].gap) UNSCOPED_INFO(one->name() << " of " << one->category() << ", reply " << i);
    }
  }
  CHECK(seen.gaps() == 0);
}
