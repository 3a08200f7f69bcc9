#pragma once

#include "longpolld/thread/io/tcp_socket.hpp"
#include "longpolld/thread/io/tls_bio.hpp"
#include "longpolld/thread/io/tls_trust.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace longpolld {

/// A client's end of TLS over a connected socket that never blocks, which stays its user's. All that blocks
/// goes on by calling it again once the socket is ready, for whatever. Thread: one.
class tls_client final : public tls_transport {
 public:
  /// `descriptor` has to outlive it.
  tls_client(const tls_trust& trust, const std::string& host, int descriptor);
  ~tls_client();
  tls_client(const tls_client&) = delete;
  tls_client& operator=(const tls_client&) = delete;

  /// Does the handshake; ended: it failed, see fault().
  [[nodiscard]] tcp_socket::state shake_hands();
  /// Reads and writes as a tcp_socket does. A write that blocked is to be offered the same bytes again.
  /// Precondition: the handshake is done.
  [[nodiscard]] tcp_socket::moved read(std::span<char> into);
  [[nodiscard]] tcp_socket::moved write(std::string_view bytes);
  /// Why it ended: of the certificate, or OpenSSL's reason; empty when the peer just ended it.
  [[nodiscard]] const std::string& fault() const { return fault_; }

  /// From now on this many bytes may come before it is taken for broken: records that say nothing have no
  /// other bound.
  void allow(std::size_t bytes) { receivable_ = bytes; }

  [[nodiscard]] long receive(char* into, std::size_t bytes) override;
  [[nodiscard]] long send(const char* bytes, std::size_t count) override;

 private:
  struct freeing {
    void operator()(ssl_st* of) const;
  };
  [[nodiscard]] tcp_socket::state failed(int result);

  std::unique_ptr<ssl_st, freeing> native_;
  const int descriptor_;
  std::size_t receivable_ = 0;
  bool is_broken_ = false;
  std::string fault_;
};

}  // namespace longpolld
