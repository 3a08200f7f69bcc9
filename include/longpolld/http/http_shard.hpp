#pragma once

#include "longpolld/http/cors.hpp"
#include "longpolld/http/response.hpp"
#include "longpolld/http/router.hpp"
#include "longpolld/thread/shard.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <atomic>
#include <span>
#include <string>

namespace longpolld {

/// A socket whose executor is an io_context itself: smaller than Asio's default, which erases the type.
using tcp_socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class connection;
struct residents_tag;
using residents_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<residents_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// What all connections of one shard share: the buffer it lends for reading, the date, rendered replies, and
/// the list of the connections. For the shard's thread only, but for accept().
class http_shard {
 public:
  /// `threads`: how many shards share the limits; `connections`: the gauge they share.
  http_shard(const config& limits, shard& of, std::size_t threads, std::atomic<std::int64_t>& connections);
  ~http_shard();

  /// Takes over an accepted socket, from any thread.
  void accept(tcp_socket&& socket, listen_role role);

  /// Bytes of a reply, valid until the next call. Polls that are woken by the same event share one rendering.
  [[nodiscard]] const std::string& render(const response& of, const reply_form& form);

  /// Has every connection end as soon as what it is doing is done, polls within about a second.
  void drain();
  [[nodiscard]] bool draining() const { return shard_.draining(); }

  [[nodiscard]] const config& limits() const { return limits_; }
  [[nodiscard]] shard& of() { return shard_; }
  [[nodiscard]] const cors& origins() const { return cors_; }
  [[nodiscard]] std::span<char> lent_buffer() { return buffer_; }
  /// Whether this shard's share of max_parked_polls leaves room for one more.
  [[nodiscard]] bool may_park() const { return shard_.parked() < parked_max_; }
  [[nodiscard]] std::size_t threads() const { return threads_; }

  void arrived(connection& one);
  void departed();

 private:
  const config& limits_;
  shard& shard_;
  cors cors_;
  std::atomic<std::int64_t>& connections_;
  const std::size_t threads_;
  const std::size_t parked_max_;
  boost::intrusive::list<connection, boost::intrusive::base_hook<residents_hook>,
                         boost::intrusive::constant_time_size<false>>
      residents_;
  std::array<char, 20'480> buffer_{};

  std::string date_;
  std::int64_t date_second_ = -1;
  std::string rendered_;
  body_ptr rendered_body_;
  reply_form rendered_form_;
};

}  // namespace longpolld
