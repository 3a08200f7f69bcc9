#pragma once

#include "support/test_server.hpp"

#include <openssl/ssl.h>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld::test {

/// A test_config() that speaks TLS in any case.
inline config tls_config() {
  auto of = test_config();
  return of.tls_listen.empty() ? secured(of) : of;
}

/// A connection that does not speak TLS to a port that does.
struct raw_client {
  explicit raw_client(std::uint16_t port) {
    tls_ports::remove(port);
    one.emplace(port);
    tls_ports::add(port);
  }
  std::optional<client> one;
};

/// A connection whose handshake is still to be done, so that it can be shaped.
struct lazy_client : raw_client {
  explicit lazy_client(std::uint16_t port, const tls_stream::settings& set = {})
      : raw_client(port), tls(one->descriptor(), set, true) {}
  bool connects() { return SSL_connect(tls.native()) == 1; }
  /// A whole reply to this request.
  std::string ask(std::string_view request) {
    tls.write(request);
    std::string seen;
    char buffer[4096];
    while (seen.find("\"}") == std::string::npos) {
      const auto count = tls.read(buffer);
      if (count <= 0) break;
      seen.append(buffer, static_cast<std::size_t>(count));
    }
    return seen;
  }
  tls_stream tls;
};

inline const std::string ping = request_text("GET", "/healthz");

}  // namespace longpolld::test
