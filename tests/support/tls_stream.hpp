#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace longpolld::test {

/// A client's end of TLS over a connected socket that blocks, which stays its user's.
class tls_stream {
 public:
  using settings = std::function<void(ssl_ctx_st&)>;

  /// Does the handshake, unless `is_lazy`. It trusts anyone unless `set` says otherwise. Throws
  /// std::runtime_error with OpenSSL's reason when the handshake fails.
  explicit tls_stream(int descriptor, const settings& set = {}, bool is_lazy = false);
  ~tls_stream();

  /// Bytes read or written; 0 or less when that fails or the connection has ended.
  long read(std::span<char> into);
  long write(std::string_view bytes);
  /// Sends close_notify.
  void end_sending();
  /// Whether bytes of the application, or an end, come within this time.
  [[nodiscard]] bool readable(std::chrono::milliseconds within) const;
  [[nodiscard]] ssl_st* native() const { return native_.get(); }

 private:
  std::shared_ptr<ssl_ctx_st> context_;
  std::shared_ptr<ssl_st> native_;
};

/// What OpenSSL says of the last failure.
std::string tls_reason();

/// Ports at which a `client` speaks TLS; whoever serves there says so. Any thread.
namespace tls_ports {
void add(std::uint16_t port);
void remove(std::uint16_t port);
bool has(std::uint16_t port);
}  // namespace tls_ports

}  // namespace longpolld::test
