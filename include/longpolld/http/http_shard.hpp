#pragma once

#include "longpolld/http/read/host.hpp"
#include "longpolld/http/read/request_backlog.hpp"
#include "longpolld/http/reply/cors.hpp"
#include "longpolld/http/reply/reply.hpp"
#include "longpolld/http/router.hpp"
#include "longpolld/http/shared_limits.hpp"
#include "longpolld/thread/io/tcp_socket.hpp"
#include "longpolld/thread/shard.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <span>
#include <string>

namespace longpolld {

class connection;
struct residents_tag;
using residents_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<residents_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// How a connection came in: what is asked of its requests depends on it.
struct arrival {
  client_key peer = 0;  ///< the address at the other end
  listen_role role = listen_role::everything;
  bool from_proxy = false;     ///< the peer is a trusted proxy
  bool over_loopback = false;  ///< its local address is a loopback address

  /// Whose connection it is: nobody's in particular from a trusted proxy, since one carries all.
  [[nodiscard]] client_key counted_as() const { return from_proxy ? 0 : peer; }
};

/// What all connections of one shard share: the buffer it lends for reading, the date, rendered replies, and
/// the list of the connections. For the shard's thread only, but for accept().
class http_shard {
 public:
  http_shard(const config& limits, shard& of, shared_limits& shared);
  ~http_shard();

  /// Takes over an accepted socket, from any thread.
  void accept(tcp_socket&& socket, const arrival& how);

  /// Bytes of a reply, valid until the next call: the head and, if it is one text, the body. Polls that are
  /// woken by the same event share one rendering.
  [[nodiscard]] const std::string& render(const response& of, const reply_form& form);

  /// Has every connection end as soon as what it is doing is done, polls within about a second. What has come
  /// by now is answered.
  void drain();
  /// Whether the daemon is to end: what is asked for is answered, and every reply closes its connection.
  [[nodiscard]] bool draining() const { return shared_.draining.load(std::memory_order_relaxed); }

  [[nodiscard]] const config& limits() const { return limits_; }
  [[nodiscard]] shard& of() { return shard_; }
  [[nodiscard]] const cors& origins() const { return cors_; }
  [[nodiscard]] const allowed_hosts& hosts() const { return hosts_; }
  [[nodiscard]] std::span<char> lent_buffer() { return buffer_; }
  [[nodiscard]] request_parser& lent_parser() { return parser_; }
  [[nodiscard]] shared_limits& shared() { return shared_; }
  [[nodiscard]] reply_backlog& backlog() { return backlog_; }
  [[nodiscard]] request_backlog& requests() { return requests_; }
  /// Whose limits count for a request that came in so.
  [[nodiscard]] client_key client_of(const arrival& how, const request& from) const;

  void arrived(connection& one);
  void departed(client_key peer) noexcept;

 private:
  void cut_off(connection& one) noexcept;

  const config& limits_;
  shard& shard_;
  cors cors_;
  allowed_hosts hosts_;
  shared_limits& shared_;
  using residents = boost::intrusive::list<connection, boost::intrusive::base_hook<residents_hook>,
                                           boost::intrusive::constant_time_size<false>>;
  residents residents_;
  reply_backlog backlog_;
  request_backlog requests_;
  std::array<char, 20'480> buffer_{};
  request_parser parser_;

  std::string date_;
  std::int64_t date_second_ = -1;
  std::string common_begin_;  // of the replies most are, in this second
  std::string rendered_;
  body_ptr rendered_body_;
  reply_form rendered_form_;
};

}  // namespace longpolld
