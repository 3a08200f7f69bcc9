#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace longpolld::fuzz {

/// What a target does with one input; each target defines it.
void run(std::string_view bytes);

inline void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace longpolld::fuzz
