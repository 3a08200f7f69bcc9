#include "longpolld/thread/io/memory_reserve.hpp"

#include "longpolld/words/log.hpp"

#include <algorithm>
#include <atomic>
#include <malloc.h>
#include <new>
#include <sys/mman.h>

namespace longpolld::memory_reserve {
namespace {

std::atomic<void*> block{nullptr};
std::size_t block_bytes = 0;

bool build_up() {
  void* made = ::mmap(nullptr, block_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made == MAP_FAILED) return false;
  void* none = nullptr;
  if (!block.compare_exchange_strong(none, made)) ::munmap(made, block_bytes);
  return true;
}

void let_go() {
  void* had = block.exchange(nullptr);
  if (!had) throw std::bad_alloc();
  ::munmap(had, block_bytes);
}

}  // namespace

void install(std::size_t bytes) {
  block_bytes = bytes;
  if (build_up()) std::set_new_handler(let_go);
}

bool is_spent() { return block.load(std::memory_order_relaxed) == nullptr && block_bytes > 0 && !build_up(); }

}  // namespace longpolld::memory_reserve

namespace longpolld {

bool freed_memory::is_due(std::int64_t peak, std::int64_t now, steady_time at) {
  highest_ = std::max(highest_, peak);
  if (highest_ - now < bytes_least || at - last_ < pause) return false;
  highest_ = now;
  last_ = at;
  return true;
}

void freed_memory::look(std::int64_t peak, std::int64_t now, steady_time at) {
  const auto freed = std::max(highest_, peak) - now;
  if (!is_due(peak, now, at)) return;
  const auto begin = std::chrono::steady_clock::now();
  ::malloc_trim(0);
  const auto took = std::chrono::steady_clock::now() - begin;
  log::debug("memory given back to the system",
             {{"freed_bytes", freed},
              {"took_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
}

}  // namespace longpolld
