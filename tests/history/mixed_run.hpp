#pragma once

#include "support/trace.hpp"

#include <cstdint>
#include <vector>

namespace longpolld::test {

/// Publishes over new connections, under a key of its own, until it is acknowledged; what fails meanwhile is
/// tried again.
published_event publish_for_sure(std::uint16_t port, int publisher, int number, const std::string& category);

/// Publishes to two categories, in so many rounds of 15 events each, and subscribes in every style of client,
/// each with another one of these servers of one history at each request; returns what happened.
trace mixed_run(const std::vector<std::uint16_t>& ports, int publishers, int rounds);

void check_clean(const trace& seen);

}  // namespace longpolld::test
