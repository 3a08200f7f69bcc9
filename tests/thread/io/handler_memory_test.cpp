#include "longpolld/thread/io/handler_memory.hpp"

#include "support/catch.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>

using namespace longpolld;

TEST_CASE("one handler at a time has its memory in place, others and large ones come from the heap",
          "[thread]") {
  const handler_memory memory;
  auto of = memory.get();
  auto* first = of.allocate(200);
  auto* second = of.allocate(200);
  CHECK(second != first);
  of.deallocate(second, 200);
  of.deallocate(first, 200);
  auto* large = of.allocate(10'000);
  CHECK(large != first);
  auto* again = of.allocate(200);
  CHECK(again == first);
  of.deallocate(large, 10'000);
  of.deallocate(again, 200);
}

TEST_CASE("allocators of one memory are equal whatever their type", "[thread]") {
  const handler_memory memory, other;
  const handler_memory::allocator<int> rebound(memory.get());
  CHECK(rebound == handler_memory::allocator<int>(memory.get()));
  CHECK_FALSE(rebound == handler_memory::allocator<int>(other.get()));
}

TEST_CASE("a cancelled wait may outlive whoever waited", "[thread]") {
  std::optional<boost::asio::io_context> context(std::in_place);
  {
    const handler_memory memory;
    boost::asio::steady_timer timer(*context, std::chrono::hours(1));
    timer.async_wait(boost::asio::bind_allocator(memory.get(), [](const boost::system::error_code&) {}));
  }
  context.reset();
  SUCCEED("a sanitizer would tell");
}
