#pragma once

#include "longpolld/http/read/request.hpp"

#include <cstdint>
#include <string_view>

namespace longpolld {

/// What a listening address answers.
enum class listen_role : std::uint8_t {
  everything,   ///< the only kind of address, while publish_listen is empty
  subscribing,  ///< all but publishing, while publish_listen is set
  publishing,   ///< publishing and health only
};

enum class endpoint : std::uint8_t { none, subscribe, publish, health, ready, client, demo };

/// Where a request goes. Paths are compared as they came: no decoding, no cleaning, so that no spelling
/// reaches what the plain one would not.
struct route {
  endpoint to = endpoint::none;
  std::string_view methods;  ///< what the path allows, for `Allow`
};

[[nodiscard]] route find_route(std::string_view path, listen_role role);

/// Whether a route's methods hold this one.
[[nodiscard]] bool allows(const route& of, request::verb method);

}  // namespace longpolld
