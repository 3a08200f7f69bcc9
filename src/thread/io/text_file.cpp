#include "longpolld/thread/io/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace longpolld {
namespace {

/// Closed at the end.
struct open_file {
  int descriptor;
  explicit open_file(const char* path) : descriptor(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~open_file() {
    if (descriptor >= 0) ::close(descriptor);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
};

error system_error() { return {0, std::strerror(errno)}; }

}  // namespace

outcome<std::string> read_text_file(const std::string& path) {
  const open_file file(path.c_str());
  if (file.descriptor < 0) return system_error();
  struct stat is {};
  if (::fstat(file.descriptor, &is) != 0) return system_error();
  if (!S_ISREG(is.st_mode)) return error{0, "is not a regular file"};
  std::string text(text_file_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.descriptor, text.data() + size, text.size() - size);
    if (got == 0) break;
    if (got > 0) {
      size += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return system_error();
    }
  }
  if (size > text_file_bytes_max) return error{0, "is larger than 1 MiB"};
  text.resize(size);
  text.shrink_to_fit();
  return text;
}

}  // namespace longpolld
