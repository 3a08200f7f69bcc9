#include "longpolld/thread/memory_reserve.hpp"

#include <atomic>
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
