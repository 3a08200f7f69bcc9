#pragma once

#include "longpolld/http/access/authorizer.hpp"
#include "longpolld/http/access/hook_desk.hpp"
#include "longpolld/http/arrival.hpp"
#include "longpolld/http/http_tally.hpp"
#include "longpolld/http/read/host.hpp"
#include "longpolld/http/read/request_backlog.hpp"
#include "longpolld/http/reconfiguration.hpp"
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

class admin_desk;

/// What one shard lends to its connections and endpoints: the buffer for reading, parser and writer, and what
/// all shards share. It knows no connection. Thread: the shard's.
class http_shard {
 public:
  /// `lines`: null without an access log. Precondition: `limits` and `rules` are not null.
  http_shard(std::shared_ptr<const config> limits, std::shared_ptr<const access_rules> rules,
             shard_pool& pool, std::size_t index, shared_limits& shared, access_log* lines);

  /// Whether the daemon is to end: what is asked for is answered, and every reply closes its connection.
  [[nodiscard]] bool draining() const { return shared_.draining.load(std::memory_order_relaxed); }
  /// Bytes of a reply, valid until the next call: see reply_writer.
  [[nodiscard]] const std::string& render(const reply& what, const reply_form& form) {
    return writer_.render(what, form, core_.now().wall / 1000);
  }
  /// Whose limits count for a request that came in so.
  [[nodiscard]] client_key client_of(const arrival& how, const request& from) const;
  [[nodiscard]] authorizer& access() { return access_; }
  [[nodiscard]] const authorizer& access() const { return access_; }
  /// What holds from now on. What was taken from limits() before is not valid any more.
  void reconfigure(const reconfiguration& next);
  /// Where a site's backend is asked; null: nowhere.
  [[nodiscard]] const std::shared_ptr<hook_desk>& hook() const { return hook_; }
  void set_hook(std::shared_ptr<hook_desk> next) { hook_ = std::move(next); }
  /// What TLS connections begin with from now on; those that have begun keep theirs.
  void set_tls(std::shared_ptr<const tls_context> next) { tls_ = std::move(next); }
  /// Precondition: set_tls() was called.
  [[nodiscard]] const tls_context& tls() const { return assert(tls_), *tls_; }
  [[nodiscard]] tls_handshakes& handshakes() { return handshakes_; }
  /// Any thread may read what is counted.
  [[nodiscard]] http_tally& counted() { return tally_; }
  /// Who answers what an operator asks. Precondition: set_desk() was called.
  [[nodiscard]] admin_desk& desk() { return assert(desk_), *desk_; }
  void set_desk(admin_desk& one) { desk_ = &one; }

  /// The Cache-Control of replies that a shared cache may give to others who ask the same; empty where none
  /// may, as while the server stops, which ends polls early. Valid until reconfigure().
  [[nodiscard]] std::string_view cache_control() const {
    return draining() ? std::string_view{} : std::string_view(cache_control_);
  }

  [[nodiscard]] const config& limits() const { return *limits_; }
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
  std::shared_ptr<const config> limits_;
  shard_pool& pool_;
  shard& core_;
  shared_limits& shared_;
  cors cors_;
  allowed_hosts hosts_;
  std::string cache_control_;
  authorizer access_;
  std::shared_ptr<hook_desk> hook_;
  reply_backlog replies_;
  request_backlog requests_;
  std::shared_ptr<const tls_context> tls_;
  tls_handshakes handshakes_;
  admin_desk* desk_ = nullptr;
  http_tally tally_;
  reply_writer writer_;
  request_log log_;
  std::array<char, 20'480> buffer_{};
  request_parser parser_;
};

}  // namespace longpolld
