#pragma once

#include "longpolld/words/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// A host and, if any, a port: RFC 9110 section 7.2.
struct host_port {
  std::string_view host;  ///< a name, an IPv4 address, or an IPv6 address in its brackets
  std::string_view port;  ///< digits, or empty
};

/// Nothing for what is no host: an empty label before the last, brackets around anything but an IPv6 address,
/// a port above 65535.
[[nodiscard]] std::optional<host_port> parse_host(std::string_view text);

/// Whom requests over a loopback address may address. A page of any name may have that name resolve to
/// 127.0.0.1 and is then, to its browser, of the same origin as the server: its Host alone tells it from
/// pages of this machine.
class allowed_hosts {
 public:
  explicit allowed_hosts(const config& of) : names_(of.allowed_hosts) {}

  /// Whether `host` (and, if any, port) names this machine itself or is an entry of allowed_hosts. Compared
  /// without case; an entry without a port stands for all of them.
  [[nodiscard]] bool allows(std::string_view host) const;
  /// The same where an entry `*` does not count: no page of any name may do what is asked there.
  [[nodiscard]] bool names(std::string_view host) const;

  /// What is wrong with an entry of allowed_hosts, or nothing.
  static std::optional<std::string> fault(std::string_view entry);

 private:
  config::list names_;
};

}  // namespace longpolld
