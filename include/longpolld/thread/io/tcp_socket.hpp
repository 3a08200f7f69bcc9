#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace longpolld {

/// A connected socket that never blocks: a descriptor and nothing else, since this is what a parked poll pays
/// for. Closed when destroyed. One thread.
class tcp_socket {
 public:
  /// Takes over a descriptor opened with SOCK_NONBLOCK.
  explicit tcp_socket(int descriptor) : descriptor_(descriptor) {}
  tcp_socket(tcp_socket&& other) noexcept;
  tcp_socket& operator=(tcp_socket&&) = delete;
  ~tcp_socket() { close(); }

  enum class state : unsigned char { open, blocked, ended };
  struct moved {
    std::size_t bytes = 0;
    state then = state::open;  ///< ended: by the peer, or by a fault
  };
  /// Reads once. `blocked`: there was nothing.
  [[nodiscard]] moved read(std::span<char> into) const;
  /// Writes once. `blocked`: it took less than all.
  [[nodiscard]] moved write(std::string_view bytes) const;
  /// The same for parts in a row; at most `parts_max` of them.
  [[nodiscard]] moved write(std::span<const std::string_view> parts) const;
  static constexpr std::size_t parts_max = 257;

  /// Bytes that were written and that the peer's system has not acknowledged.
  [[nodiscard]] std::size_t unacknowledged() const;
  /// Says to the peer that nothing more comes; false when the connection is gone already.
  [[nodiscard]] bool end_sending() const;
  /// Has close() reset the connection, and what is queued dropped.
  void reset_on_close() const;
  void close();

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};
static_assert(sizeof(tcp_socket) == sizeof(int));

}  // namespace longpolld
