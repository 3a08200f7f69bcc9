#pragma once

#include <cerrno>
#include <sys/types.h>

namespace longpolld {

/// What a system call returns, called again while a signal interrupts it: whoever waits for an edge must not
/// take a signal for one.
template <class Call>
ssize_t uninterrupted(Call call) {
  ssize_t count = 0;
  do count = call();
  while (count < 0 && errno == EINTR);
  return count;
}

}  // namespace longpolld
