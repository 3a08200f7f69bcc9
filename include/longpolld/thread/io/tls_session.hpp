#pragma once

#include "longpolld/thread/io/readiness.hpp"
#include "longpolld/thread/io/tcp_socket.hpp"
#include "longpolld/thread/io/tls_bio.hpp"
#include "longpolld/thread/io/tls_context.hpp"
#include "longpolld/thread/io/tls_handshakes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct ssl_st;

namespace longpolld {

/// What a tcp_socket that speaks TLS has besides its descriptor: reads, writes and `moved` mean the same as
/// there. The handshake is done by read(), a step whenever it is its turn; until then there is nothing to
/// read. Thread: one.
class tls_session final : public tls_handshakes::waiting, public tls_transport {
 public:
  /// What OpenSSL holds, about, while a record that was begun is not written whole.
  static constexpr std::size_t begun_record_bytes = 17'000;

  /// `by` is called when a step of the handshake may be done.
  tls_session(const tls_context& context, int descriptor, tls_handshakes& line, watcher& by);
  /// Tells the peer of the end, as far as its system takes it.
  ~tls_session();
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  [[nodiscard]] tcp_socket::moved read(std::span<char> into);
  [[nodiscard]] tcp_socket::moved write(std::span<const std::string_view> parts);
  /// Says that nothing more comes, once; data may still come from the peer.
  void end_sending() noexcept;
  /// What readiness of the socket is good for: TLS may have to write before it can read, and the reverse.
  [[nodiscard]] ready_for means(ready_for what);
  void step() override;

  [[nodiscard]] long receive(char* into, std::size_t bytes) override;
  [[nodiscard]] long send(const char* bytes, std::size_t count) override;

 private:
  struct freeing {
    void operator()(ssl_st* of) const;
  };

  [[nodiscard]] tcp_socket::state shake_hands();
  [[nodiscard]] tcp_socket::state failed(int result);

  std::unique_ptr<ssl_st, freeing> native_;
  tls_handshakes& line_;
  watcher& by_;
  const int descriptor_;
  std::size_t receivable_ = 0;   // bytes that this read may still take from the system
  bool is_its_turn_ = false;     // to do a step of the handshake
  bool is_established_ = false;  // the handshake is done
  bool is_broken_ = false;       // nothing can be read or written any more
  bool is_drained_ = false;      // the system had less than it was asked for
  bool reading_waits_for_room_ = false;
  bool writing_waits_for_bytes_ = false;
};

/// The sessions of all sockets that speak TLS, by descriptor. Each entry is for the thread that has the
/// socket.
namespace tls_sessions {

/// Precondition: there is one.
[[nodiscard]] tls_session& at(int descriptor);
/// Throws std::bad_alloc also for a descriptor beyond all that a system gives out.
void add(int descriptor, std::unique_ptr<tls_session> one);
/// Before the descriptor is closed.
void remove(int descriptor) noexcept;
/// Bytes that all of them take, about. Any thread.
[[nodiscard]] std::int64_t bytes() noexcept;
/// The most that it was since this was last called. Any thread.
[[nodiscard]] std::int64_t take_peak_bytes() noexcept;

}  // namespace tls_sessions

}  // namespace longpolld
