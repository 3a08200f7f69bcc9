#pragma once

#include "support/certificates.hpp"
#include "support/loopback.hpp"
#include "support/redis_server.hpp"

namespace longpolld::test {

/// A Redis that takes TLS at another port too.
struct tls_redis {
  explicit tls_redis(const authority::wish& of = {}) : own(by.issue(of)) {}

  [[nodiscard]] std::string url() const { return "rediss://localhost:" + std::to_string(port); }
  /// A config of a node.
  [[nodiscard]] config of() const {
    auto made = node_of(redis);
    made.redis_url = url();
    made.redis_ca_file = by.certificate();
    return made;
  }

  authority by;
  authority::files own;
  std::uint16_t port = free_port();
  redis_server redis{{"--tls-port", std::to_string(port), "--tls-cert-file", own.certificate,
                      "--tls-key-file", own.key, "--tls-ca-cert-file", by.certificate(), "--tls-auth-clients",
                      "no", "--appendonly", "yes", "--appendfsync", "always"}};
};

}  // namespace longpolld::test
