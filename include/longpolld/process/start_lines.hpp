#pragma once

#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/http/listener.hpp"
#include "longpolld/words/config.hpp"

#include <memory>
#include <vector>

namespace longpolld {

/// Logs at which addresses the server listens, and warns of what is open there to whoever reaches it, and of
/// options that are not safe: at every start, so that nobody forgets.
void log_start(const std::vector<std::unique_ptr<listener>>& listeners, const config& of,
               const access_rules& rules, std::size_t threads);

}  // namespace longpolld
