#pragma once

#include "longpolld/process/server.hpp"
#include "longpolld/words/config.hpp"

#include "support/access.hpp"
#include "support/certificates.hpp"
#include "support/client.hpp"

#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace longpolld::test {

/// The same over TLS, with the common certificate.
inline config secured(config of) {
  of.tls_listen = std::exchange(of.listen, {});
  of.tls_certificate = common_certificate().certificate;
  of.tls_key = common_certificate().key;
  return of;
}

/// A config for tests: any free port, two threads, any Host. With LONGPOLLD_TEST_TLS in the environment it is
/// a port of TLS, and clients speak that.
inline config test_config() {
  config of;
  of.listen = {"127.0.0.1:0"};
  of.threads = 2;
  of.allowed_hosts = {"*"};
  if (std::getenv("LONGPOLLD_TEST_TLS") != nullptr) return secured(of);
  return of;
}

/// No rules; with LONGPOLLD_TEST_TOKENS in the environment those by which a request takes the token that
/// request_text() adds then.
inline std::shared_ptr<const access_rules> test_rules() {
  if (std::getenv("LONGPOLLD_TEST_TOKENS") == nullptr) return std::make_shared<access_rules>();
  return rules_of(site_table("subscribe = [\"*\"]\npublish = [\"*\"]\n"));
}

/// The real server on a free port, in this process; stopped at once at the end.
class test_server {
 public:
  explicit test_server(const config& of = test_config(),
                       const std::shared_ptr<const access_rules>& access = test_rules())
      : server_(of, access) {
    for (std::size_t i = 0; i < of.tls_listen.size(); ++i) {
      tls_ports_.push_back(server_.port(of.listen.size() + i));
      tls_ports::add(tls_ports_.back());
    }
    server_.start();
    thread_ = std::thread([this] { server_.run(); });
  }
  ~test_server() {
    server_.stop();
    server_.stop();
    thread_.join();
    for (const auto port : tls_ports_) tls_ports::remove(port);
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
  std::vector<std::uint16_t> tls_ports_;
  std::thread thread_;
};

}  // namespace longpolld::test
