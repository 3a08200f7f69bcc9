#pragma once

#include "longpolld/http/pending_reply.hpp"
#include "longpolld/http/read/request.hpp"
#include "longpolld/thread/address_limits.hpp"

#include <chrono>
#include <string_view>

namespace longpolld {

class http_shard;

/// One request, whole and admitted, and all that the endpoint which answers it may touch. What it views
/// stands until the endpoint returns: an endpoint that answers later takes copies.
struct exchange {
  const request& asked;
  std::string_view body;
  http_shard& home;
  client_key client;  ///< whose limits count
  client_key proxy;   ///< the trusted proxy that it came through; 0 for none
  connection& by;

  /// The connection's poll, for the hub to park.
  [[nodiscard]] poll& as_poll() const;
  /// Has the connection wait for the reply, so long at most. The endpoint returns nothing then.
  [[nodiscard]] pending_reply later(std::chrono::seconds at_most) const;
};

}  // namespace longpolld
