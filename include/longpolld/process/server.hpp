#pragma once

#include "longpolld/http/listener.hpp"
#include "longpolld/process/systemd_notify.hpp"
#include "longpolld/thread/io/memory_reserve.hpp"
#include "longpolld/thread/shard_pool.hpp"
#include "longpolld/words/config.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace longpolld {

struct totals;

/// The whole daemon but its command line. Building it binds the addresses; run() serves until told to stop.
class server {
 public:
  /// An address cannot be listened on: the message names it. `exit_code` is EX_UNAVAILABLE (69).
  struct cannot_listen : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  /// `activated`: descriptors of sockets that already listen (socket activation); they replace `listen`.
  explicit server(config of, const std::vector<int>& activated = {});
  ~server();

  /// Starts the threads; returns at once.
  void start();
  /// Waits until stopped by SIGTERM, SIGINT or stop(). SIGINT leaves drain_delay_seconds out; a second signal
  /// stops at once. SIGUSR1 has the counts logged. Blocks.
  void run();
  /// As SIGTERM does. Any thread: the first call drains, the second stops at once.
  void stop();

  /// What the n-th listener got, subscribers' addresses first.
  [[nodiscard]] std::uint16_t port(std::size_t index = 0) const {
    return listeners_[index]->address().port();
  }
  [[nodiscard]] std::int64_t open_connections() const { return shared_.connections; }
  [[nodiscard]] shared_limits& shared() { return shared_; }
  /// What TLS connections begin with as soon as each shard has heard of it. Any thread.
  void set_tls(const std::shared_ptr<const tls_context>& next);
  /// Polls parked on all shards; asks each. Any thread but a shard's.
  [[nodiscard]] std::size_t parked();
  [[nodiscard]] shard_pool& pool() { return pool_; }
  [[nodiscard]] event_log& log() { return pool_.log(); }

 private:
  void bind(const std::string& address, listen_role role, bool speaks_tls = false);
  void open(const boost::asio::ip::tcp::endpoint& at, listen_role role, bool speaks_tls);
  void load_tls();
  void say_start() const;
  void gather_counts();
  void say_counts(const totals& now) const;
  void begin_stop(std::chrono::seconds delay);
  void drain();
  void await_end();
  void finish(bool in_time);
  void beat();
  void watch_memory();
  void wait_for_signal();

  config config_;
  shared_limits shared_;
  shard_pool pool_;
  std::vector<std::unique_ptr<http_shard>> homes_;
  all_connections connections_;  // of each home
  std::vector<std::unique_ptr<listener>> listeners_;
  boost::asio::io_context control_{1};
  boost::asio::signal_set signals_;
  handler_memory drain_timer_memory_;
  boost::asio::steady_timer drain_timer_;
  boost::asio::steady_timer beat_timer_;
  handler_memory memory_timer_memory_;
  boost::asio::steady_timer memory_timer_;
  freed_memory freed_;
  std::int64_t kept_bytes_ = 0;  // of events, when memory was last looked at
  systemd_notify systemd_;
  steady_time drain_end_{};
};

}  // namespace longpolld
