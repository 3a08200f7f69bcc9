#pragma once

#include "longpolld/http/exchange.hpp"
#include "longpolld/http/reply/reply.hpp"
#include "longpolld/parts/query.hpp"

#include <optional>

namespace longpolld {

/// Has the store fetch what a poll asks for and this process lacks; the poll waits, and is answered as it
/// came once that is there, or 503. Returns nothing then, and an error's reply where there is no room to keep
/// it.
[[nodiscard]] std::optional<reply> fetch(const exchange& one, const subscribe_query& query);

}  // namespace longpolld
