#pragma once

#include "longpolld/parts/digest.hpp"
#include "longpolld/parts/wire.hpp"

#include <cstdint>
#include <string_view>

namespace longpolld {

/// What tells a repeated publish from another one: digests of who publishes with which Idempotency-Key, and
/// of what.
struct repeat_of {
  sha256_digest key{};
  sha256_digest body{};
  std::int64_t row = 0;  ///< of a journal that keeps it

  /// An Idempotency-Key has 1 to 255 visible characters of ASCII.
  [[nodiscard]] static bool is_key(std::string_view text);
  /// Precondition: is_key(), and no event was stamped yet.
  [[nodiscard]] static repeat_of made_of(std::string_view principal, std::string_view key,
                                         const wire::publish_request& what);
};

}  // namespace longpolld
