#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace longpolld::test {

/// A server of the worst kind: it answers every request with the same bytes, whatever they are, and ends the
/// connection, one after the other. Without bytes it does not answer at all.
class canned_server {
 public:
  explicit canned_server(std::string reply);
  ~canned_server();
  canned_server(const canned_server&) = delete;
  canned_server& operator=(const canned_server&) = delete;

  [[nodiscard]] std::string port() const { return std::to_string(port_); }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port(); }
  /// The last request whose header came, as far as it came by then.
  [[nodiscard]] std::string last_request() const {
    const std::lock_guard hold(mutex_);
    return last_request_;
  }
  /// How many requests have come.
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void serve();
  void answer(int connection);

  std::string reply_;
  std::uint16_t port_ = 0;
  int listening_;
  std::atomic<int> requests_{0};
  std::atomic<bool> is_over_{false};
  mutable std::mutex mutex_;
  std::string last_request_;
  std::thread thread_;
};

/// A reply of this status, with a length.
std::string canned(int status, const std::string& body, const std::string& fields = "");

}  // namespace longpolld::test
