#pragma once

#include "longpolld/http/admin_desk.hpp"
#include "longpolld/http/listener.hpp"
#include "longpolld/process/systemd_notify.hpp"
#include "longpolld/thread/io/access_log.hpp"
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

  /// `activated`: sockets that already listen (socket activation). They replace the addresses of `listen`, or
  /// of the option that is their name: tls_listen, publish_listen, admin_listen.
  /// `tls`: of its files; null: they are read. Precondition: `access` is not null.
  explicit server(config of, std::shared_ptr<const access_rules> access = std::make_shared<access_rules>(),
                  const std::vector<systemd_notify::handed_over>& activated = {},
                  std::shared_ptr<const tls_context> tls = nullptr);
  ~server();

  /// Starts the threads; returns at once.
  void start();
  /// Waits until stopped by SIGTERM, SIGINT or stop(). SIGINT leaves drain_delay_seconds out; a second signal
  /// stops at once. SIGUSR1 has the counts logged, SIGUSR2 the access log opened anew, SIGHUP the
  /// configuration read again. Blocks.
  void run();
  /// Signals do nothing from now on, while what is left is written. To be called once run() has returned.
  void ignore_signals();
  /// As SIGTERM does. Any thread: the first call drains, the second stops at once.
  void stop();

  /// What the n-th listener got, subscribers' addresses first, admin_listen's last.
  [[nodiscard]] std::uint16_t port(std::size_t index = 0) const {
    return listeners_[index]->address().port();
  }
  [[nodiscard]] std::int64_t open_connections() const { return shared_.connections; }
  [[nodiscard]] shared_limits& shared() { return shared_; }
  /// What holds from now on, as soon as each shard has heard of it: of options those that can be reloaded.
  /// Polls that may not stay parked end within a second. `tls`: null to keep what there is.
  /// Precondition: `access` is not null. Thread: any.
  void reconfigure(const config& of, std::shared_ptr<const access_rules> access,
                   std::shared_ptr<const tls_context> tls);
  /// What SIGHUP and POST /admin/reload do, on the thread that run()s. Nothing is done by default. To be
  /// called before start().
  using rereading = std::function<reload_result(server&)>;
  void on_reload(rereading reread) { reread_ = std::move(reread); }
  /// Polls parked on all shards; asks each. Any thread but a shard's.
  [[nodiscard]] std::size_t parked();
  [[nodiscard]] shard_pool& pool() { return pool_; }
  [[nodiscard]] event_log& log() { return pool_.log(); }

 private:
  void listen(const std::vector<systemd_notify::handed_over>& activated, const char* option,
              const std::vector<std::string>& addresses, listen_role role, bool speaks_tls = false);
  void bind(const std::string& address, listen_role role, bool speaks_tls);
  void open(const boost::asio::ip::tcp::endpoint& at, listen_role role, bool speaks_tls);
  void set_tls(std::shared_ptr<const tls_context> tls);
  void accept_operators();
  void accept();
  void accept_late();
  void say_progress(const store::load_progress& now);
  void gather_counts();
  void say_counts(const totals& now) const;
  reload_result reload();
  void reload_and_tell(const admin_desk::reloaded& done);
  [[nodiscard]] std::shared_ptr<hook_desk> follow_hook(const std::optional<hook_settings>& next);
  [[nodiscard]] demo_mode demo_of(const config& of) const;
  [[nodiscard]] std::shared_ptr<const access_rules> ruled(const config& of,
                                                          std::shared_ptr<const access_rules> rules);
  void begin_stop(std::chrono::seconds delay);
  void go_on_after(steady_time::duration delay, void (server::*step)());
  void drain();
  void await_end();
  void finish(bool in_time);
  void beat();
  void watch_memory();
  void wait_for_signal();
  void obey(int signal);

  const std::shared_ptr<config> started_;
  const config& config_;  // what the server was started with
  std::shared_ptr<const config> current_;
  std::shared_ptr<const access_rules> access_;
  std::vector<std::shared_ptr<hook_desk>> hooks_;  // all there were; the last holds, and may be null
  std::string demo_secret_;                        // drawn when the demo is first on
  std::unique_ptr<access_log> access_log_;         // null: there is none
  rereading reread_;
  shared_limits shared_;
  shard_pool pool_;
  std::vector<std::unique_ptr<http_shard>> homes_;
  all_connections connections_;  // of each home
  std::vector<std::unique_ptr<listener>> listeners_;
  boost::asio::io_context control_{1};
  admin_desk desk_;
  handler_memory signal_memory_;
  boost::asio::signal_set signals_;
  handler_memory drain_timer_memory_;
  boost::asio::steady_timer drain_timer_;
  boost::asio::steady_timer beat_timer_;
  handler_memory memory_timer_memory_;
  boost::asio::steady_timer memory_timer_;
  boost::asio::steady_timer accept_timer_;
  bool accepts_ = false;  // the thread's of the listeners
  freed_memory freed_;
  std::int64_t kept_bytes_ = 0;  // of events, when memory was last looked at
  systemd_notify systemd_;
  steady_time drain_end_{};
};

}  // namespace longpolld
