#pragma once

#include "longpolld/http/arrival.hpp"
#include "longpolld/http/read/host.hpp"
#include "longpolld/http/read/request_backlog.hpp"
#include "longpolld/http/reply/cors.hpp"
#include "longpolld/http/reply/reply_writer.hpp"
#include "longpolld/http/request_log.hpp"
#include "longpolld/http/shared_limits.hpp"
#include "longpolld/thread/io/tls_context.hpp"
#include "longpolld/thread/io/tls_handshakes.hpp"
#include "longpolld/thread/shard_pool.hpp"

#include <array>
#include <cassert>
#include <memory>
#include <span>
#include <string>

namespace longpolld {

/// What one shard lends to its connections and endpoints: the buffer for reading, parser and writer, and what
/// all shards share. It knows no connection. Thread: the shard's.
class http_shard {
 public:
  http_shard(const config& limits, shard_pool& pool, std::size_t index, shared_limits& shared);

  /// Whether the daemon is to end: what is asked for is answered, and every reply closes its connection.
  [[nodiscard]] bool draining() const { return shared_.draining.load(std::memory_order_relaxed); }
  /// Bytes of a reply, valid until the next call: see reply_writer.
  [[nodiscard]] const std::string& render(const reply& what, const reply_form& form) {
    return writer_.render(what, form, core_.now().wall / 1000);
  }
  /// Whose limits count for a request that came in so.
  [[nodiscard]] client_key client_of(const arrival& how, const request& from) const;
  /// What TLS connections begin with from now on; those that have begun keep theirs.
  void set_tls(std::shared_ptr<const tls_context> next) { tls_ = std::move(next); }
  /// Precondition: set_tls() was called.
  [[nodiscard]] const tls_context& tls() const { return assert(tls_), *tls_; }
  [[nodiscard]] tls_handshakes& handshakes() { return handshakes_; }

  [[nodiscard]] const config& limits() const { return limits_; }
  [[nodiscard]] shard& core() { return core_; }
  [[nodiscard]] shard_pool& pool() { return pool_; }
  [[nodiscard]] shared_limits& shared() { return shared_; }
  [[nodiscard]] const cors& origins() const { return cors_; }
  [[nodiscard]] const allowed_hosts& hosts() const { return hosts_; }
  [[nodiscard]] std::span<char> lent_buffer() { return buffer_; }
  [[nodiscard]] request_parser& lent_parser() { return parser_; }
  [[nodiscard]] reply_backlog& replies() { return replies_; }
  [[nodiscard]] request_log& log() { return log_; }
  [[nodiscard]] request_backlog& requests() { return requests_; }

 private:
  const config& limits_;
  shard_pool& pool_;
  shard& core_;
  shared_limits& shared_;
  const cors cors_;
  const allowed_hosts hosts_;
  reply_backlog replies_;
  request_backlog requests_;
  std::shared_ptr<const tls_context> tls_;
  tls_handshakes handshakes_;
  reply_writer writer_;
  request_log log_;
  std::array<char, 20'480> buffer_{};
  request_parser parser_;
};

}  // namespace longpolld
