#include "longpolld/process/server.hpp"

#include "longpolld/http/counters.hpp"
#include "longpolld/process/start_lines.hpp"
#include "longpolld/thread/io/tls_session.hpp"
#include "longpolld/words/log.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>
#include <future>
#include <span>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::milliseconds drain_look{20};
constexpr std::chrono::seconds memory_look{1};
constexpr std::int64_t connection_bytes = 1024;  // about, with its poll

/// A handler that throws has lost what it served, never its thread.
void handler_failed(const std::exception& problem) {
  log::error("a handler failed", {{"what", std::string_view(problem.what())}});
}

}  // namespace

server::server(config of, std::shared_ptr<const access_rules> access,
               const std::vector<systemd_notify::handed_over>& activated,
               std::shared_ptr<const tls_context> tls)
    : started_(std::make_shared<config>(std::move(of))),
      config_(*started_),
      current_(started_),
      access_(std::move(access)),
      access_log_(config_.access_log == access_log_format::off
                      ? nullptr
                      : std::make_unique<access_log>(config_.access_log_file)),
      shared_(config_),
      pool_(config_, [this](config::limit limit) { shared_.reached(limit); }),
      desk_(control_, {config_, pool_, shared_, homes_, hooks_, read_steady(), access_log_.get()},
            [this](const admin_desk::reloaded& done) { reload_and_tell(done); }),
      signals_(control_),
      drain_timer_(control_),
      beat_timer_(control_),
      memory_timer_(control_),
      accept_timer_(control_) {
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    homes_.push_back(std::make_unique<http_shard>(started_, access_, pool_, i, shared_, access_log_.get()));
    connections_.push_back(std::make_unique<connections>(*homes_.back()));
    homes_.back()->set_desk(desk_);
  }
  const bool separate = !config_.publish_listen.empty();
  const auto role = separate ? listen_role::subscribing : listen_role::everything;
  listen(activated, "listen", config_.listen, role);
  listen(activated, "tls_listen", config_.tls_listen, role, true);
  listen(activated, "publish_listen", config_.publish_listen, listen_role::publishing);
  listen(activated, "admin_listen", config_.admin_listen, listen_role::admin);
  if (!config_.tls_listen.empty()) set_tls(std::move(tls));
  started_->demo = demo_of(*started_);
  access_ = ruled(*started_, access_);
  const auto asks = follow_hook(access_->hook);
  for (auto& home : homes_) {
    home->access().set_rules(access_);
    home->set_hook(asks);
  }
}

server::~server() {
  pool_.stop();
  listeners_.clear();
  connections_.clear();
  for (auto& one : hooks_) {
    if (one) one->abandon();
  }
}

void server::set_tls(std::shared_ptr<const tls_context> tls) {
  if (!tls) {
    const auto loaded = tls_context::load(config_);
    if (!loaded) throw cannot_listen(std::string(loaded.error().option) + ": " + loaded.error().what);
    tls = *loaded;
  }
  for (auto& home : homes_) home->set_tls(tls);
  for (const auto& one : tls->warnings()) log::warn(one);
}

void server::start() {
  // Before anyone can know that it runs: who sees it listening may stop it.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.add(SIGUSR1);
  signals_.add(SIGUSR2);
  signals_.add(SIGHUP);
  wait_for_signal();
  watch_memory();
  const bool is_loading = pool_.keeps().current_state() == store::state::loading;
  if (is_loading) systemd_.busy(pool_.keeps().trouble());
  pool_.start(handler_failed, [this](const store::load_progress& now) { say_progress(now); });
  accept_operators();
  if (is_loading && config_.store == store_kind::journal) {
    accept_late();
  } else {
    accept();
  }
  log_start(listeners_, config_, *access_, pool_.size());
  if (!is_loading) systemd_.ready();
  beat();
}

/// From the store's thread.
void server::say_progress(const store::load_progress& now) {
  if (now.all == 0) {
    accept();
    systemd_.ready();
    return systemd_.status("serving");
  }
  log::info("reading the journal", {{"rows", now.rows}, {"of", now.all}});
  systemd_.busy("reading the journal: " + std::to_string(100 * now.rows / now.all) + " %");
}

void server::run() {
  const auto busy = boost::asio::make_work_guard(control_);
  while (!control_.stopped()) {
    try {
      control_.run();
    } catch (const std::exception& problem) {
      handler_failed(problem);
    }
  }
  pool_.stop();
}

void server::wait_for_signal() {
  const auto act = [this](const boost::system::error_code& failed, int number) {
    if (failed) return;
    wait_for_signal();  // first, and without new memory: what is done for one may fail
    obey(number);
  };
  signals_.async_wait(boost::asio::bind_allocator(signal_memory_.get(), act));
}

void server::obey(int number) {
  if (number == SIGUSR1) {
    gather_counts();
  } else if (number == SIGUSR2) {
    if (access_log_) access_log_->reopen();
  } else if (number == SIGHUP) {
    if (!reread_) log::info("signal", {{"number", number}, {"does", "nothing"}});
    static_cast<void>(reload());
  } else {
    log::info("signal", {{"number", number}});
    begin_stop(std::chrono::seconds(number == SIGINT ? 0 : current_->drain_delay_seconds));
  }
}

/// The set would give them back their defaults, which end the process.
void server::ignore_signals() {
  signals_.clear();
  for (const int number : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP}) std::signal(number, SIG_IGN);
}

void server::gather_counts() {
  gather_totals(pool_, shared_, control_, [this](const totals& now) { say_counts(now); });
}

void server::say_counts(const totals& now) const {
  std::vector<log::field> values;
  for (const auto& one : counters()) values.emplace_back(one.name, now.*one.value);
  log::write(log::level::info, "counts", std::span<const log::field>(values));
  for (const auto& [limit, times] : shared_.all_reached()) {
    log::info("limit reached", {{"limit", limit}, {"times", times}});
  }
}

/// Tells the watchdog that every shard still turns: each must answer before the next sign of life.
void server::beat() {
  if (!systemd_.watchdog()) return;
  beat_timer_.expires_after(*systemd_.watchdog() / 3);
  beat_timer_.async_wait([this](const boost::system::error_code& failed) {
    if (!failed) beat();
  });
  gather_parked(pool_, control_, [this](std::size_t) { systemd_.alive(); });
}

/// Gives memory back to the system once much of what was held is held no more. This thread serves nobody.
void server::watch_memory() {
  memory_timer_.expires_after(memory_look);
  const auto look = [this](const boost::system::error_code& failed) {
    if (failed) return;
    const auto open = open_connections() * connection_bytes;
    const auto kept = static_cast<std::int64_t>(log().count().buffer_bytes);
    const auto had = std::exchange(kept_bytes_, kept);
    const auto peak = shared_.request_bytes.take_peak() + shared_.replies.bytes.take_peak() +
                      tls_sessions::take_peak_bytes() + open + had;
    const auto now =
        shared_.request_bytes.now() + shared_.replies.bytes.now() + tls_sessions::bytes() + open + kept;
    freed_.look(peak, now, read_clocks().steady);
    watch_memory();
  };
  memory_timer_.async_wait(boost::asio::bind_allocator(memory_timer_memory_.get(), look));
}

void server::stop() {
  boost::asio::post(control_, [this] { begin_stop(std::chrono::seconds(current_->drain_delay_seconds)); });
}

void server::begin_stop(std::chrono::seconds delay) {
  if (shared_.draining.exchange(true)) return finish(false);
  log::info("stopping", {{"connections", open_connections()}, {"delay_seconds", delay.count()}});
  systemd_.stopping();
  if (delay == delay.zero()) return drain();
  go_on_after(delay, &server::drain);
}

void server::go_on_after(steady_time::duration delay, void (server::*step)()) {
  drain_timer_.expires_after(delay);
  const auto go_on = [this, step](const boost::system::error_code& failed) {
    if (!failed) (this->*step)();
  };
  drain_timer_.async_wait(boost::asio::bind_allocator(drain_timer_memory_.get(), go_on));
}

void server::drain() try {
  drain_end_ = read_clocks().steady + std::chrono::seconds(current_->drain_timeout_seconds);
  // First no more connections, then the end of those there are: none arrives behind it.
  boost::asio::post(pool_[0].context(), [this] {
    for (auto& one : listeners_) one->stop();
    pool_.post_to_all([this](std::size_t index) { connections_[index]->drain(); });
  });
  await_end();
} catch (const std::bad_alloc&) {
  go_on_after(drain_look, &server::drain);
}

void server::await_end() {
  if (open_connections() == 0) return finish(true);
  if (read_clocks().steady >= drain_end_) return finish(false);
  go_on_after(drain_look, &server::await_end);
}

void server::finish(bool in_time) {
  if (!in_time && open_connections() > 0)
    log::warn("connections cut off", {{"connections", open_connections()}});
  log::info("stopped");
  control_.stop();
}

std::size_t server::parked() {
  std::promise<std::size_t> answer;
  auto sum = answer.get_future();
  pool_[0].post([this, answer = std::move(answer)]() mutable {
    gather_parked(pool_, pool_[0].context(),
                  [answer = std::move(answer)](std::size_t polls) mutable { answer.set_value(polls); });
  });
  return sum.get();
}

}  // namespace longpolld
