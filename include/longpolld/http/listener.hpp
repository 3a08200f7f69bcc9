#pragma once

#include "longpolld/http/connections.hpp"
#include "longpolld/http/router.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longpolld {

/// One listening socket. It runs on the first shard and hands accepted connections to all in turn, straight
/// onto the shard where they will live. Without descriptors it backs off (10 ms to 1 s) instead of spinning,
/// answering the queue by closing it through one descriptor kept in reserve.
class listener final : public timed {
 public:
  listener(all_connections& shards, shared_limits& shared, listen_role role, bool speaks_tls = false);
  ~listener();

  /// Binds and listens; throws boost::system::system_error when the system refuses.
  void open(const boost::asio::ip::tcp::endpoint& at);
  /// Why a socket that was handed over cannot be served: it must be one of TCP that listens. Nothing when it
  /// can.
  [[nodiscard]] static std::optional<std::string> fault(int descriptor);
  /// Takes over a socket that already listens (socket activation). Precondition: it has no fault.
  void adopt(int descriptor);

  void start();
  /// Accepts what has connected and closes the socket; on the first shard's thread, or before it runs. What
  /// waits in a socket that was handed over is left to whoever takes that next.
  void stop();
  /// A pause is over.
  void expired() override;

  [[nodiscard]] boost::asio::ip::tcp::endpoint address() const { return acceptor_.local_endpoint(); }
  [[nodiscard]] listen_role role() const { return role_; }
  [[nodiscard]] bool speaks_tls() const { return speaks_tls_; }

 private:
  using acceptor =
      boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  void prepare();
  void wait();
  void accept_some();
  bool accept_one();
  void turn_away(const tcp_socket& socket, const error& why) noexcept;
  void turn_away(const tcp_socket& socket) noexcept;
  void back_off(int why);

  all_connections& shards_;
  shared_limits& shared_;
  const listen_role role_;
  const bool speaks_tls_;
  handler_memory memory_;  // of the one wait there is
  acceptor acceptor_;
  std::optional<bool> over_loopback_;  // nothing while each connection may have another local address
  std::chrono::milliseconds next_pause_{10};
  steady_time logged_{};
  std::size_t next_shard_ = 0;
  int reserve_ = -1;
  bool is_adopted_ = false;
};

}  // namespace longpolld
