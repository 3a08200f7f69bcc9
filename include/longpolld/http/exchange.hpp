#pragma once

#include "longpolld/heart/access_policy.hpp"
#include "longpolld/http/arrival.hpp"
#include "longpolld/http/http_tally.hpp"
#include "longpolld/http/pending_reply.hpp"
#include "longpolld/http/read/request.hpp"
#include "longpolld/thread/address_limits.hpp"

#include <chrono>
#include <cstdint>
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
  const arrival& how;
  connection& by;
  const hook_said* said = nullptr;  ///< what the site's backend has said of it; null: it was not asked
  std::uint8_t fetches = 0;         ///< how often what it asks for was fetched already

  /// The connection's poll, for the hub to park.
  [[nodiscard]] poll& as_poll() const;
  /// Notes by which rights the poll is parked, for when they are taken away, and how it ends without an
  /// event.
  void parked_by(rights_source source, poll_end without_event) const;
  /// Has the connection wait for the reply, so long at most. The endpoint returns nothing then.
  [[nodiscard]] pending_reply later(std::chrono::seconds at_most) const;
  /// The same while a store has what was published: who is not answered is told that it may be stored.
  [[nodiscard]] pending_reply stored(std::chrono::seconds at_most) const;
};

}  // namespace longpolld
