#pragma once

#include "support/tls_stream.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld::test {

/// A reply as it came.
struct received {
  int status = 0;
  std::string head;
  std::string body;

  /// A field's value by its name in any case; empty when absent.
  [[nodiscard]] std::string field(std::string_view name) const;
  [[nodiscard]] boost::json::value json() const { return boost::json::parse(body); }
};

/// A blocking socket to a server on this machine, with TLS where tls_ports has its port. Every read gives up
/// after ten seconds.
class client {
 public:
  /// `from`: the loopback address it connects from, or null for any.
  explicit client(std::uint16_t port, const char* from = nullptr);
  /// Speaks TLS as `set` has it.
  client(std::uint16_t port, const tls_stream::settings& set);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// False once the peer has closed or reset.
  bool send(std::string_view bytes);
  /// Bytes read once, of what receive() has not read; 0 or less at the end, or when time is over.
  long read(std::span<char> into);
  /// One whole reply; nothing when the connection ends or time is over before one is complete. `has_body`
  /// false: to a HEAD.
  std::optional<received> receive(bool has_body = true);
  /// Everything until the peer ends the connection, or time is over.
  std::string receive_all(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// Whether bytes or an end arrive within this time.
  [[nodiscard]] bool readable(std::chrono::milliseconds within) const;
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Precondition: it speaks TLS.
  [[nodiscard]] tls_stream& tls() { return *tls_; }
  void shutdown_sending();
  /// Ends with a reset instead of an end of stream.
  void reset();
  void close();

  std::optional<received> get(const std::string& target, const std::string& fields = "");
  std::optional<received> post(const std::string& target, std::string_view body,
                               const std::string& fields = "");
  /// Publishes one event and returns its id; empty when it was refused.
  std::string publish(const std::string& category, const std::string& data);

 private:
  client() = default;  // what throws after it closes the socket
  void connect(std::uint16_t port, const char* from);

  int descriptor_ = -1;
  std::unique_ptr<tls_stream> tls_;
  std::string unread_;
};

/// The text of one request with Host and, for a body, Content-Length; with LONGPOLLD_TEST_TOKENS in the
/// environment also with the token that test_rules() ask for, unless it has other credentials.
std::string request_text(std::string_view method, std::string_view target, std::string_view fields = "",
                         std::string_view body = "");

void pause_briefly();

/// Asks `condition` again and again until it holds; false after ten seconds.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    pause_briefly();
  }
  return true;
}

}  // namespace longpolld::test
