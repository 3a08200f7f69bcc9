#pragma once

#include "preload/disk.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/folder.hpp"
#include "support/process.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace longpolld::test {

/// A disk that servers of a test share, and what goes wrong with it.
class faulty_disk {
 public:
  faulty_disk() {
    const auto name = *this / "faults";
    const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::ftruncate(file, sizeof(disk)) != 0) throw std::runtime_error(name);
    void* shared = ::mmap(nullptr, sizeof(disk), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    seen_ = static_cast<disk*>(shared);
  }
  ~faulty_disk() { ::munmap(seen_, sizeof(disk)); }
  faulty_disk(const faulty_disk&) = delete;
  faulty_disk& operator=(const faulty_disk&) = delete;

  [[nodiscard]] std::vector<std::string> environment() const {
    // AddressSanitizer would refuse to come second.
    return {"LD_PRELOAD=" LONGPOLLD_DISK_LIBRARY, "DISK_FAULTS=" + (*this / "faults"),
            "ASAN_OPTIONS=verify_asan_link_order=0"};
  }
  [[nodiscard]] std::string operator/(const std::string& name) const { return folder_ / name; }
  disk* operator->() { return seen_; }

 private:
  const folder folder_{std::filesystem::temp_directory_path()};
  disk* seen_;
};

inline std::vector<std::string> journal_flags(const std::string& file,
                                              const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"--listen",
                               "127.0.0.1:0",
                               "--threads",
                               "2",
                               "--drain-delay-seconds",
                               "0",
                               "--store",
                               "journal",
                               "--journal-file",
                               file,
                               "--max-event-buffer-size",
                               "100000",
                               "--max-events-per-reply",
                               "100000",
                               "--max-reply-bytes",
                               "64MiB",
                               "--max-reply-bytes-in-flight",
                               "256MiB",
                               "--max-requests-per-connection",
                               "0"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Whether its output comes to hold this, and no more than once by then.
inline bool says_once(process& server, const std::string& what) {
  if (!server.says(what)) return false;
  const auto& text = server.output();
  return text.find(what) == text.rfind(what);
}

inline std::optional<received> publish(std::uint16_t port, const std::string& data = "1") {
  client one(port);
  return one.post("/publish", R"({"category":"a","data":)" + data + "}");
}

inline int readiness(std::uint16_t port) {
  client one(port);
  const auto answer = one.get("/readyz");
  return answer ? answer->status : 0;
}

/// Waits until it serves.
inline bool is_ready(std::uint16_t port) {
  return eventually([&] {
    client one(port);
    const auto answer = one.get("/readyz");
    return answer && answer->status == 200;
  });
}

/// All that is kept of a category: ids and data, in order.
inline std::vector<std::pair<std::string, std::string>> all_of(std::uint16_t port,
                                                               const std::string& category) {
  client one(port);
  std::vector<std::pair<std::string, std::string>> all;
  const auto answer = one.get("/events?timeout=1&since_time=0&category=" + category);
  if (!answer || answer->status != 200) return all;
  const auto body = answer->json().as_object();
  if (!body.contains("events")) return all;
  for (const auto& event : body.at("events").as_array()) {
    all.emplace_back(event.at("id").as_string(), serialize(event.at("data")));
  }
  return all;
}

}  // namespace longpolld::test
