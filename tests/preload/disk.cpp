// Preloaded into the server: fails, slows and counts what it does to its disk, as told by a file that others
// read and write while it runs (DISK_FAULTS names it; disk.hpp has its layout).
#include "disk.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using longpolld::test::disk;

disk* seen = nullptr;

[[gnu::constructor]] void begin() {
  const char* path = std::getenv("DISK_FAULTS");
  const int file = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void* shared = ::mmap(nullptr, sizeof(disk), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (shared != MAP_FAILED) seen = static_cast<disk*>(shared);
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

void count() {
  if (!seen) return;
  const auto now = seen->calls.fetch_add(1) + 1;
  if (now == seen->kill_at.load()) ::raise(SIGKILL);
}

bool fails(const std::atomic<std::int32_t> disk::*which) {
  const int error = seen ? (seen->*which).load() : 0;
  if (error != 0) errno = error;
  return error != 0;
}

void wait(const std::atomic<std::int32_t> disk::*which) {
  const int delay = seen ? (seen->*which).load() : 0;
  if (delay == 0) return;
  const timespec pause{delay / 1000, (delay % 1000) * 1'000'000L};
  ::nanosleep(&pause, nullptr);
}

void put(const std::string& path, const std::string& bytes) {
  const int into = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (into < 0 || ::write(into, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) ::abort();
  ::close(into);
}

/// By the descriptor that is there: closing another of the same file would let go of SQLite's lock.
std::string bytes_of(int file, off_t size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  const auto read = real<ssize_t (*)(int, void*, size_t, off64_t)>("pread64");
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(file, bytes.data(), bytes.size(), 0))));
  return bytes;
}

std::string names_in(const std::string& folder) {
  std::string names;
  DIR* all = ::opendir(folder.c_str());
  while (const auto* one = all ? ::readdir(all) : nullptr) names.append(one->d_name).append("\n");
  if (all) ::closedir(all);
  return names;
}

void synced(int file) {
  char name[4096];
  const auto link = "/proc/self/fd/" + std::to_string(file);
  const auto length = ::readlink(link.c_str(), name, sizeof name);
  const std::string path(name, static_cast<std::size_t>(std::max<ssize_t>(0, length)));
  const auto number = std::to_string(seen->syncs.load() + 1);
  struct stat of {};
  if (seen->records.load() != 0 && ::fstat(file, &of) == 0) {
    if (S_ISDIR(of.st_mode)) {
      put(path + "/.synced." + number, names_in(path));
    } else {
      put(path + ".synced." + number, bytes_of(file, of.st_size));
    }
  }
  if (path.ends_with("-wal")) ++seen->log_syncs;
  ++seen->syncs;
}

int sync(const char* name, int file) {
  count();
  wait(&disk::sync_delay_ms);
  if (fails(&disk::sync_error)) return -1;
  const int done = real<int (*)(int)>(name)(file);
  if (done == 0 && seen) synced(file);
  return done;
}

}  // namespace

extern "C" {

int fsync(int file) { return sync("fsync", file); }
int fdatasync(int file) { return sync("fdatasync", file); }

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  count();
  wait(&disk::write_delay_ms);
  if (fails(&disk::write_error)) return -1;
  return real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64")(file, bytes, size, at);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  count();
  wait(&disk::write_delay_ms);
  if (fails(&disk::write_error)) return -1;
  return real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite")(file, bytes, size, at);
}
ssize_t pread64(int file, void* bytes, size_t size, off64_t at) {
  if (seen && seen->counts_reads.load() != 0) count();
  wait(&disk::read_delay_ms);
  return real<ssize_t (*)(int, void*, size_t, off64_t)>("pread64")(file, bytes, size, at);
}
int ftruncate64(int file, off64_t size) {
  count();
  return real<int (*)(int, off64_t)>("ftruncate64")(file, size);
}
int ftruncate(int file, off_t size) {
  count();
  return real<int (*)(int, off_t)>("ftruncate")(file, size);
}
int unlink(const char* path) {
  count();
  return real<int (*)(const char*)>("unlink")(path);
}
}
