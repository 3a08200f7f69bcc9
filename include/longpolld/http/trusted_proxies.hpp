#pragma once

#include "longpolld/thread/address_limits.hpp"
#include "longpolld/words/config.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// Decides which client a request counts for: the peer itself, or, when the peer is a trusted proxy, the
/// client that it names. Immutable. Thread: any.
class trusted_proxies {
 public:
  explicit trusted_proxies(const config& of);

  [[nodiscard]] bool trusts(const boost::asio::ip::address& peer) const;

  /// The client of a request that came from a trusted proxy: of X-Forwarded-For's addresses the last that is
  /// not itself trusted, since each proxy appends the address it was called from and what stands before may
  /// be invented. 0 when there is none or it is not an address: then it names nobody.
  [[nodiscard]] client_key client(std::string_view forwarded_for) const;

  /// What is wrong with an entry of trusted_proxies, or nothing. Allowed is an address or a network.
  static std::optional<std::string> fault(std::string_view entry);

 private:
  static std::optional<boost::asio::ip::network_v6> parse(std::string_view entry);

  std::vector<boost::asio::ip::network_v6> all_;  // IPv4 mapped into IPv6
};

/// The client as a person writes it: 192.0.2.1, 2001:db8::/64; - for nobody in particular.
[[nodiscard]] std::string to_text(client_key client);

/// Whether this is a program on this machine: 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback(client_key client);

/// Whether each address of an X-Forwarded-For, and there is one at least, is a loopback address.
[[nodiscard]] bool names_only_loopback(std::string_view forwarded_for);

/// How limits count this address; never 0.
[[nodiscard]] client_key key_of(const boost::asio::ip::address& address);

}  // namespace longpolld
