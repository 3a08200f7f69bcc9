#pragma once

#include <cstdlib>

namespace longpolld::test {

/// How many of something a test does: more, or fewer, by hand, as this variable says.
inline int by_hand(const char* variable, int standard) {
  const char* given = std::getenv(variable);
  return given ? std::atoi(given) : standard;
}

}  // namespace longpolld::test
