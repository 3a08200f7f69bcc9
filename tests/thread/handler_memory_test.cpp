#include "longpolld/thread/handler_memory.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

bool lies_in(const handler_memory& memory, const void* at) {
  const auto* begin = reinterpret_cast<const std::byte*>(&memory);
  return at >= begin && at < begin + sizeof memory;
}

}  // namespace

TEST_CASE("one handler at a time has its memory in place, others and large ones come from the heap",
          "[thread]") {
  handler_memory memory;
  auto of = memory.get();
  auto* first = of.allocate(200);
  auto* second = of.allocate(200);
  CHECK(lies_in(memory, first));
  CHECK_FALSE(lies_in(memory, second));
  of.deallocate(second, 200);
  of.deallocate(first, 200);
  auto* large = of.allocate(10'000);
  CHECK_FALSE(lies_in(memory, large));
  auto* again = of.allocate(200);
  CHECK(again == first);
  of.deallocate(large, 10'000);
  of.deallocate(again, 200);
}

TEST_CASE("allocators of one memory are equal whatever their type", "[thread]") {
  handler_memory memory, other;
  const handler_memory::allocator<int> rebound(memory.get());
  CHECK(rebound == handler_memory::allocator<int>(memory.get()));
  CHECK_FALSE(rebound == handler_memory::allocator<int>(other.get()));
}
