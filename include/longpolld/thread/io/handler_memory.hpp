#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace longpolld {

/// Preallocated memory for one pending handler, for waits that must succeed even when allocation fails. A
/// second handler at the same time falls back to the heap. The handler keeps the memory alive, since one that
/// was cancelled lies in its io_context until that is destroyed.
/// Thread: one at a time.
class handler_memory {
  struct block {
    alignas(std::max_align_t) std::array<std::byte, 256> bytes;
    bool in_use = false;
  };

 public:
  /// What boost::asio::bind_allocator() takes.
  template <class T>
  struct allocator {
    using value_type = T;

    explicit allocator(std::shared_ptr<block> from) : of(std::move(from)) {}
    template <class U>
    allocator(const allocator<U>& other) : of(other.of) {}

    [[nodiscard]] T* allocate(std::size_t count) {
      const std::size_t bytes = count * sizeof(T);
      if (of->in_use || bytes > of->bytes.size()) return static_cast<T*>(::operator new(bytes));
      of->in_use = true;
      return reinterpret_cast<T*>(of->bytes.data());
    }
    void deallocate(T* at, std::size_t) {
      if (static_cast<void*>(at) != of->bytes.data()) return ::operator delete(at);
      of->in_use = false;
    }

    friend bool operator==(const allocator&, const allocator&) = default;

    std::shared_ptr<block> of;
  };

  [[nodiscard]] allocator<std::byte> get() const { return allocator<std::byte>(block_); }

 private:
  std::shared_ptr<block> block_ = std::make_shared<block>();
};

}  // namespace longpolld
