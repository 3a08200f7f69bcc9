#pragma once

#include <atomic>
#include <cstdint>

namespace longpolld::test {

/// What allocations.cpp shares with whoever preloads it, at the beginning of a file.
struct allocations {
  std::atomic<std::uint64_t> count;
  std::atomic<std::uint64_t> fail_one_in;  ///< 0: none fails
  std::atomic<std::uint64_t> failed;
};

}  // namespace longpolld::test
