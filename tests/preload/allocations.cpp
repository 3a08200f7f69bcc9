// Preloaded into the server: counts its allocations, and lets one in so many of them fail, as told by a file
// that others read and write while it runs (LONGPOLLD_ALLOCATIONS names it; allocations.hpp has its layout).
#include "allocations.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void* __libc_realloc(void*, std::size_t);
extern "C" void* __libc_memalign(std::size_t, std::size_t);

namespace {

using longpolld::test::allocations;

allocations* open_shared() {
  const char* path = std::getenv("LONGPOLLD_ALLOCATIONS");
  const int file = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return nullptr;
  void* shared = ::mmap(nullptr, sizeof(allocations), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return shared == MAP_FAILED ? nullptr : static_cast<allocations*>(shared);
}

allocations* seen = nullptr;
thread_local std::uint32_t drawn = 1;

[[gnu::constructor]] void begin() { seen = open_shared(); }

bool fails() {
  if (!seen) return false;
  seen->count.fetch_add(1, std::memory_order_relaxed);
  const auto one_in = seen->fail_one_in.load(std::memory_order_relaxed);
  if (one_in == 0) return false;
  drawn = drawn * 1664525U + 1013904223U;  // Numerical Recipes' generator, which allocates nothing
  if ((drawn >> 8U) % one_in != 0) return false;
  seen->failed.fetch_add(1, std::memory_order_relaxed);
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" void* malloc(std::size_t bytes) { return fails() ? nullptr : __libc_malloc(bytes); }
extern "C" void* calloc(std::size_t number, std::size_t bytes) {
  return fails() ? nullptr : __libc_calloc(number, bytes);
}
extern "C" void* realloc(void* had, std::size_t bytes) {
  return fails() ? nullptr : __libc_realloc(had, bytes);
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return fails() ? nullptr : __libc_memalign(alignment, bytes);
}
