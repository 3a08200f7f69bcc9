#pragma once

#include <optional>
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

}  // namespace longpolld
