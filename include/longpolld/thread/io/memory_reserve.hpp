#pragma once

#include "longpolld/words/moment.hpp"

#include <cstddef>
#include <cstdint>

/// Memory kept back for the time when there is no more: it is let go when an allocation fails, so that what
/// is under way is finished, and new requests are refused until it has been built up again. It is only
/// address space as long as it is not used. Any thread may call.
namespace longpolld::memory_reserve {

/// Sets the reserve up for this process, in place of any other std::new_handler. Before threads start.
void install(std::size_t bytes);

/// Whether the reserve is gone; tries to build it up again first. False where none was installed.
[[nodiscard]] bool is_spent();

}  // namespace longpolld::memory_reserve

namespace longpolld {

/// Gives memory that was freed back to the system: the heap keeps it otherwise. Looked at now and then by one
/// thread, which should serve nobody: the heap is locked a part at a time meanwhile.
class freed_memory {
 public:
  /// `peak`: the bytes held at most since the last look; `now`: those held now.
  void look(std::int64_t peak, std::int64_t now, steady_time at);

  /// Whether enough has been freed since memory was given back to do it again; decides for look().
  [[nodiscard]] bool is_due(std::int64_t peak, std::int64_t now, steady_time at);

  static constexpr std::int64_t bytes_least = 16LL << 20;
  static constexpr std::chrono::seconds pause{5};

 private:
  std::int64_t highest_ = 0;
  steady_time last_{};
};

}  // namespace longpolld
