#pragma once

#include "longpolld/http/router.hpp"
#include "longpolld/thread/address_limits.hpp"

namespace longpolld {

/// How a connection came in: what is asked of its requests depends on it.
struct arrival {
  client_key peer = 0;  ///< the address at the other end
  listen_role role = listen_role::everything;
  bool from_proxy = false;     ///< the peer is a trusted proxy
  bool over_loopback = false;  ///< its local address is a loopback address
  bool over_tls = false;       ///< it came to an address of tls_listen

  /// Whose connection it is: nobody's in particular from a trusted proxy, since one carries all.
  [[nodiscard]] client_key counted_as() const { return from_proxy ? 0 : peer; }
};

}  // namespace longpolld
