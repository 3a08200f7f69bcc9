#pragma once

#include <cstdint>

namespace longpolld {

/// What the system says of this process; 0 for what it does not say.
struct process_figures {
  std::int64_t resident_bytes = 0;
  std::int64_t open_descriptors = 0;
  std::int64_t descriptors_max = 0;
  std::int64_t threads = 0;
  double cpu_seconds = 0;    ///< user's and system's
  double begun_seconds = 0;  ///< unix time

  /// Asks the system, which may take milliseconds where thousands of descriptors are open. Throws
  /// std::bad_alloc. Thread: any.
  [[nodiscard]] static process_figures read();
};

}  // namespace longpolld
