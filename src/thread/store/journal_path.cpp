#include "longpolld/thread/store/journal_file.hpp"
#include "longpolld/words/log.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace longpolld {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw journal_fault(journal_fault::kind::refused, path + ": " + why);
}

struct stat look(const std::string& path) {
  struct stat of {};
  if (::lstat(path.c_str(), &of) != 0) refuse(path, std::strerror(errno));
  return of;
}

/// The directory may lie behind a link, as systemd's state directory does; the file itself may not.
std::string real_directory(const std::string& path) {
  const auto end = path.rfind('/');
  const std::string named = end == std::string::npos ? "." : path.substr(0, end + 1);
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(named.c_str(), nullptr), &std::free);
  if (!real) refuse(path, "its directory: " + std::string(std::strerror(errno)));
  return real.get();
}

void sync_directory(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int why = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!is_synced) refuse(path, std::strerror(why));
}

/// For its owner alone, as the file beside it will be. It must not be opened otherwise: closing a descriptor
/// of it would let go of SQLite's lock.
void make(const std::string& path, const std::string& directory) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) refuse(path, std::strerror(errno));
  ::close(descriptor);
  sync_directory(directory);
}

bool has_log(const std::string& path) {
  struct stat of {};
  return ::lstat((path + "-wal").c_str(), &of) == 0 && of.st_size > 0;
}

}  // namespace

std::string prepare_journal_path(const std::string& path) {
  const auto directory = real_directory(path);
  const auto name = path.substr(path.rfind('/') + 1);
  if (name.empty()) refuse(path, "is not the name of a file");
  auto real = directory == "/" ? '/' + name : directory + '/' + name;
  const auto around = look(directory);
  if ((around.st_mode & S_IWOTH) != 0 && (around.st_mode & S_ISVTX) == 0) {
    log::warn("everybody may replace the journal: its directory may be written by all", {{"at", directory}});
  }
  struct stat of {};
  const bool is_there = ::lstat(real.c_str(), &of) == 0;
  if (!is_there && errno != ENOENT) refuse(real, std::strerror(errno));
  // SQLite would throw away a log whose file is gone, and with it what was acknowledged.
  if ((!is_there || of.st_size == 0) && has_log(real)) {
    refuse(real, "is missing or empty, and its log, " + name + "-wal, is there; bring the file back");
  }
  if (!is_there) {
    make(real, directory);
    of = look(real);
  }
  if (S_ISLNK(of.st_mode)) refuse(real, "is a symbolic link; name the file itself");
  if (!S_ISREG(of.st_mode)) refuse(real, "is not a regular file");
  if ((of.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    log::warn("others may read or write the journal; chmod 600", {{"file", real}});
  }
  return real;
}

}  // namespace longpolld
