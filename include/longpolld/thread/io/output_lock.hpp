#pragma once

#include <mutex>

namespace longpolld {

/// Held by whoever writes lines to standard output while another thread may, too: a pipe takes them in parts.
inline std::mutex& output_lock() {
  static std::mutex one;
  return one;
}

}  // namespace longpolld
