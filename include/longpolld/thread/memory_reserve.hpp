#pragma once

#include <cstddef>

/// Memory kept back for the time when there is no more: it is let go when an allocation fails, so that what
/// is under way is finished, and new requests are refused until it has been built up again. It is only
/// address space as long as it is not used. Any thread may call.
namespace longpolld::memory_reserve {

/// Sets the reserve up for this process, in place of any other std::new_handler. Before threads start.
void install(std::size_t bytes);

/// Whether the reserve is gone; tries to build it up again first. False where none was installed.
[[nodiscard]] bool is_spent();

}  // namespace longpolld::memory_reserve
