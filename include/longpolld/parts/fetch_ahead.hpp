#pragma once

#include <cstddef>

namespace longpolld {

/// Asks for the first cache lines of something that is soon needed and was long not used, as a poll that has
/// been parked for seconds. Any address will do.
inline void fetch_ahead(const void* what) {
  constexpr std::size_t line_bytes = 64;
  constexpr std::size_t lines = 5;
  for (std::size_t i = 0; i < lines; ++i) {
    __builtin_prefetch(static_cast<const char*>(what) + i * line_bytes);
  }
}

}  // namespace longpolld
