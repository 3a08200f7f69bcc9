#pragma once

#include "longpolld/process/server.hpp"
#include "longpolld/words/config.hpp"

#include "support/client.hpp"

#include <thread>

namespace longpolld::test {

/// A config for tests: any free port, two threads, any Host.
inline config test_config() {
  config of;
  of.listen = {"127.0.0.1:0"};
  of.threads = 2;
  of.allowed_hosts = {"*"};
  return of;
}

/// The real server on a free port, in this process; stopped at once at the end.
class test_server {
 public:
  explicit test_server(const config& of = test_config()) : server_(of) {
    server_.start();
    thread_ = std::thread([this] { server_.run(); });
  }
  ~test_server() {
    server_.stop();
    server_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port(std::size_t index = 0) const { return server_.port(index); }
  [[nodiscard]] server& operator*() { return server_; }
  [[nodiscard]] server* operator->() { return &server_; }
  /// Waits until exactly this many polls are parked; false if that does not come.
  [[nodiscard]] bool parks(std::size_t polls) {
    return eventually([&] { return server_.parked() == polls; });
  }

 private:
  server server_;
  std::thread thread_;
};

}  // namespace longpolld::test
