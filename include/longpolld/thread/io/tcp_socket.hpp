#pragma once

#include "longpolld/thread/io/readiness.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace longpolld {

class tls_context;
class tls_handshakes;

/// A connected socket that never blocks: a descriptor and nothing else, since this is what a parked poll pays
/// for. One that speaks TLS has a tls_session beside it. Closed when destroyed. One thread.
class tcp_socket {
 public:
  /// Takes over a descriptor opened with SOCK_NONBLOCK.
  explicit tcp_socket(int descriptor) : number_(descriptor) {}
  tcp_socket(tcp_socket&& other) noexcept;
  tcp_socket& operator=(tcp_socket&&) = delete;
  ~tcp_socket() { close(); }

  /// From now on it speaks TLS, as a server. The handshake is done by read(); `by` is called when it goes on.
  /// `line` and `by` have to outlive the socket.
  void secure(const tls_context& context, tls_handshakes& line, watcher& by);

  enum class state : unsigned char { open, blocked, ended };
  struct moved {
    std::size_t bytes = 0;
    state then = state::open;  ///< ended: by the peer, or by a fault
  };
  /// Reads what there is. `blocked`: it was less than there is room for, so that the watcher is called when
  /// more comes.
  [[nodiscard]] moved read(std::span<char> into) const;
  /// Writes what it takes. `blocked`: that was less than all.
  [[nodiscard]] moved write(std::string_view bytes) const;
  /// The same for parts in a row; at most `parts_max` of them.
  [[nodiscard]] moved write(std::span<const std::string_view> parts) const;
  static constexpr std::size_t parts_max = 257;

  /// Bytes that were written and that the peer's system has not acknowledged.
  [[nodiscard]] std::size_t unacknowledged() const;
  /// Whether the connection is gone in both directions: the peer has reset it, or its system is silent.
  [[nodiscard]] bool is_reset() const;
  /// Says to the peer that nothing more comes; false when the connection is gone already.
  [[nodiscard]] bool end_sending() const;
  /// Has close() reset the connection, and what is queued dropped.
  void reset_on_close() const;
  void close();

  /// What the readiness of the socket lets its user do: the same, but where TLS has to write before it can
  /// read, or the reverse.
  [[nodiscard]] ready_for means(ready_for what) const { return is_secure() ? secure_means(what) : what; }
  [[nodiscard]] int descriptor() const { return is_secure() ? -2 - number_ : number_; }

 private:
  [[nodiscard]] bool is_secure() const { return number_ < -1; }
  [[nodiscard]] ready_for secure_means(ready_for what) const;

  int number_;  // the descriptor, or -2 - descriptor when it speaks TLS; -1 once closed
};
static_assert(sizeof(tcp_socket) == sizeof(int));

}  // namespace longpolld
