#pragma once

#include "longpolld/http/exchange.hpp"
#include "longpolld/http/reply/reply.hpp"

#include <optional>

namespace longpolld {

// What routes lead to, one source each. All run on the shard of the connection that asks. Each returns the
// reply; nothing when the connection waits for it.

/// `GET /events`: nothing when the connection's poll is parked; it then counts as one of the client's.
[[nodiscard]] std::optional<reply> subscribe_endpoint(const exchange& one);
/// `POST /publish`. Polls are woken by the shard's next turn, after the reply.
[[nodiscard]] std::optional<reply> publish_endpoint(const exchange& one);
/// `GET /healthz`: the process lives.
[[nodiscard]] std::optional<reply> health_endpoint(const exchange& one);
/// `GET /readyz`: it takes traffic; 503 while it stops.
[[nodiscard]] std::optional<reply> ready_endpoint(const exchange& one);
/// `GET /client.js`, the module it loads and its types: always there, so that a page needs one import.
[[nodiscard]] std::optional<reply> client_endpoint(const exchange& one);
/// `GET /` and what belongs to it below `/demo/`.
[[nodiscard]] std::optional<reply> demo_endpoint(const exchange& one);
/// `GET /demo/status`: the counts of all shards together, once each has told its own.
[[nodiscard]] std::optional<reply> demo_status_endpoint(const exchange& one);

}  // namespace longpolld
