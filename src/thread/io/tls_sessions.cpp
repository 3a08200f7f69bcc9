#include "longpolld/thread/io/tls_session.hpp"

#include <array>
#include <atomic>
#include <cassert>
#include <new>

namespace longpolld::tls_sessions {
namespace {

// Descriptors are small numbers, so a table is enough; its chunks are made as they are needed and stay.
constexpr std::size_t chunk_size = 4096;
constexpr std::size_t chunks_max = 4096;
using chunk = std::array<std::atomic<tls_session*>, chunk_size>;
std::array<std::atomic<chunk*>, chunks_max> chunks;

constexpr std::int64_t session_bytes = 14'000;  // OpenSSL's, measured: tests/bench/tls
std::atomic<std::int64_t> sessions{0}, most_sessions{0};

std::atomic<tls_session*>& entry(std::size_t descriptor) {
  return (*chunks[descriptor / chunk_size].load(std::memory_order_acquire))[descriptor % chunk_size];
}

void make_room(std::size_t descriptor) {
  if (descriptor / chunk_size >= chunks_max) throw std::bad_alloc();
  auto& slot = chunks[descriptor / chunk_size];
  if (slot.load(std::memory_order_acquire)) return;
  auto made = std::make_unique<chunk>();
  chunk* none = nullptr;
  if (slot.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel))
    static_cast<void>(made.release());
}

}  // namespace

tls_session& at(int descriptor) {
  auto* one = entry(static_cast<std::size_t>(descriptor)).load(std::memory_order_relaxed);
  assert(one);
  return *one;
}

void add(int descriptor, std::unique_ptr<tls_session> one) {
  const auto index = static_cast<std::size_t>(descriptor);
  make_room(index);
  assert(!entry(index).load(std::memory_order_relaxed));
  entry(index).store(one.release(), std::memory_order_release);
  const auto now = ++sessions;
  for (auto most = most_sessions.load(); most < now && !most_sessions.compare_exchange_weak(most, now);) {
  }
}

void remove(int descriptor) noexcept {
  --sessions;
  const std::unique_ptr<tls_session> gone(
      entry(static_cast<std::size_t>(descriptor)).exchange(nullptr, std::memory_order_acq_rel));
}

std::int64_t bytes() noexcept { return sessions.load(std::memory_order_relaxed) * session_bytes; }

std::int64_t take_peak_bytes() noexcept { return most_sessions.exchange(sessions.load()) * session_bytes; }

}  // namespace longpolld::tls_sessions
