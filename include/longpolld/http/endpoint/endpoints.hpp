#pragma once

#include "longpolld/http/http_shard.hpp"
#include "longpolld/http/read/request.hpp"
#include "longpolld/http/reply/reply.hpp"

#include <optional>
#include <string_view>

namespace longpolld {

/// A path that leads nowhere.
[[nodiscard]] response no_such_path();

/// What is wrong with a request by its head alone, before any byte of its body is read: a host that is not
/// this machine's, no such path, a method it does not allow, a foreign origin that publishes or takes events,
/// no length, too large, an unknown content coding. `peer`: where it came in.
[[nodiscard]] std::optional<response> refusal(const request& from, const route& to, const http_shard& home,
                                              const arrival& peer);

/// The reply to a request that refusal() let pass; nothing when `one` was parked. `client`: whose limits
/// count.
[[nodiscard]] std::optional<response> respond(const request& from, const route& to, std::string_view body,
                                              http_shard& home, poll& one, client_key client);

/// `GET /events`; nothing when parked: it then counts as one of the client's parked polls.
[[nodiscard]] std::optional<response> subscribe_endpoint(const request& from, http_shard& home, poll& one,
                                                         client_key client);
/// `POST /publish`. Polls are woken by the shard's next turn, after the reply.
[[nodiscard]] response publish_endpoint(std::string_view body, http_shard& home, client_key client);
/// `GET /healthz`: the process lives.
[[nodiscard]] response health_endpoint();
/// `GET /readyz`: it takes traffic; 503 while it stops.
[[nodiscard]] response ready_endpoint(const http_shard& home);
/// `GET /client.js`, the module it loads and its types: always there, so that a page needs one import.
[[nodiscard]] response client_endpoint(const request& from);
/// `GET /` and what belongs to it below `/demo/`.
[[nodiscard]] response demo_endpoint(const request& from, http_shard& home);

}  // namespace longpolld
