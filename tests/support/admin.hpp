#pragma once

#include "support/access.hpp"
#include "support/exposition.hpp"
#include "support/test_server.hpp"

#include <memory>
#include <string>

namespace longpolld::test {

/// A server with an address for its operator, and what tests ask there.
class operated {
 public:
  explicit operated(config of = test_config(),
                    const std::shared_ptr<const access_rules>& rules = test_rules())
      : admin_index_(of.listen.size() + of.tls_listen.size() + of.publish_listen.size()),
        server_(with_admin(of), rules) {}

  [[nodiscard]] test_server& server() { return server_; }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] std::uint16_t admin_port() const { return server_.port(admin_index_); }
  [[nodiscard]] received ask(const std::string& method, const std::string& target,
                             const std::string& fields = "") const {
    client one(admin_port());
    if (!one.send(request_text(method, target, fields))) return {};
    const auto answer = one.receive(method != "HEAD");
    return answer ? *answer : received{};
  }
  [[nodiscard]] received get(const std::string& target, const std::string& fields = "") const {
    return ask("GET", target, fields);
  }
  [[nodiscard]] exposition metrics() const { return exposition(get("/metrics").body); }
  /// Waits until a series has this value.
  [[nodiscard]] bool comes_to(const std::string& series, double value) const {
    return eventually([&] { return metrics().value(series) == value; });
  }

 private:
  static config with_admin(config of) {
    if (of.admin_listen.empty()) of.admin_listen = {"127.0.0.1:0"};
    return of;
  }

  const std::size_t admin_index_;
  test_server server_;
};

}  // namespace longpolld::test
