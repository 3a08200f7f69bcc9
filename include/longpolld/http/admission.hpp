#pragma once

#include "longpolld/http/arrival.hpp"
#include "longpolld/http/exchange.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/http/reply/reply.hpp"

#include <optional>

namespace longpolld {

/// What is wrong with a request by its head alone, before any byte of its body is read: a host that is not
/// this machine's, no such path, a method it does not allow, a foreign origin that publishes or takes events,
/// no length, too large, an unknown content coding, nobody who may publish anything with a large body. `to`:
/// its route, or null. `how`: it came in, over the connection `by`.
[[nodiscard]] std::optional<reply> refusal(const request& asked, const route* to, http_shard& home,
                                           const arrival& how, const connection& by);

/// The reply to a request that refusal() let pass, which is whole by now; nothing when it comes later.
[[nodiscard]] std::optional<reply> respond(const exchange& one, const route* to);

/// The reply to a path that leads nowhere.
[[nodiscard]] reply no_such_path();

}  // namespace longpolld
