#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace longpolld::test {

/// Stands between a client and a server on this machine, passes bytes on, and cuts or alters them when told.
class cutting_proxy {
 public:
  explicit cutting_proxy(std::uint16_t to);
  ~cutting_proxy();
  cutting_proxy(const cutting_proxy&) = delete;
  cutting_proxy& operator=(const cutting_proxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  /// The next answer that holds this is passed on up to its middle, then all connections are reset.
  void cut_in(const std::string& text);
  /// The next answer is followed by these bytes.
  void add(const std::string& bytes);
  /// Leads to another server from now on, and resets all connections.
  void lead_to(std::uint16_t port) {
    to_ = port;
    is_resetting_ = true;
  }
  [[nodiscard]] int cuts() const { return cuts_; }

 private:
  void run();

  std::atomic<std::uint16_t> to_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<bool> is_resetting_{false}, is_ending_{false}, is_cutting_{false}, is_adding_{false};
  std::atomic<int> cuts_{0};
  std::string cut_in_, added_;
  std::thread thread_;
};

}  // namespace longpolld::test
