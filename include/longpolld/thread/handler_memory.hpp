#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace longpolld {

/// Memory for the handler of a wait that must never fail for want of it, since nothing would go on without:
/// for one at a time; more come from the heap. It outlives what waits. One thread.
class handler_memory {
 public:
  handler_memory() = default;
  handler_memory(const handler_memory&) = delete;
  handler_memory& operator=(const handler_memory&) = delete;

  /// What boost::asio::bind_allocator() takes.
  template <class T>
  struct allocator {
    using value_type = T;

    explicit allocator(handler_memory& from) : memory(&from) {}
    template <class U>
    allocator(const allocator<U>& other) : memory(other.memory) {}

    [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(memory->take(count * sizeof(T))); }
    void deallocate(T* at, std::size_t) { memory->give_back(at); }

    friend bool operator==(const allocator&, const allocator&) = default;

    handler_memory* memory;
  };
  [[nodiscard]] allocator<std::byte> get() { return allocator<std::byte>(*this); }

 private:
  [[nodiscard]] void* take(std::size_t bytes) {
    if (in_use_ || bytes > storage_.size()) return ::operator new(bytes);
    in_use_ = true;
    return storage_.data();
  }
  void give_back(void* at) {
    if (at != storage_.data()) return ::operator delete(at);
    in_use_ = false;
  }

  alignas(std::max_align_t) std::array<std::byte, 256> storage_;
  bool in_use_ = false;
};

}  // namespace longpolld
