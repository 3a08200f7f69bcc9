#include "longpolld/thread/io/random_bytes.hpp"

#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace longpolld {

std::string random_bytes(std::size_t count) {
  std::string made(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const auto got = ::getrandom(made.data() + have, count - have, 0);
    if (got > 0) {
      have += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "no random bytes");
    }
  }
  return made;
}

}  // namespace longpolld
