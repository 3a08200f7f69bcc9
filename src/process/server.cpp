#include "longpolld/process/server.hpp"

#include "longpolld/http/address.hpp"
#include "longpolld/http/counters.hpp"
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

server::server(config of, const std::vector<int>& activated)
    : config_(std::move(of)),
      shared_(config_),
      pool_(config_, [this](config::limit limit) { shared_.reached(limit); }),
      signals_(control_),
      drain_timer_(control_),
      beat_timer_(control_),
      memory_timer_(control_) {
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    homes_.push_back(std::make_unique<http_shard>(config_, pool_, i, shared_));
    connections_.push_back(std::make_unique<connections>(*homes_.back()));
  }
  const bool separate = !config_.publish_listen.empty();
  const auto role = separate ? listen_role::subscribing : listen_role::everything;
  for (const int descriptor : activated) {
    if (const auto why = listener::fault(descriptor)) throw cannot_listen(*why);
    listeners_.push_back(std::make_unique<listener>(connections_, shared_, role));
    listeners_.back()->adopt(descriptor);
  }
  if (activated.empty()) {
    for (const auto& address : config_.listen) bind(address, role);
  }
  if (!config_.tls_listen.empty()) load_tls();
  for (const auto& address : config_.tls_listen) bind(address, role, true);
  for (const auto& address : config_.publish_listen) bind(address, listen_role::publishing);
  if (config_.demo == demo_mode::automatic) {
    const bool local = std::all_of(listeners_.begin(), listeners_.end(),
                                   [](auto& one) { return one->address().address().is_loopback(); });
    config_.demo = local ? demo_mode::on : demo_mode::off;
  }
}

server::~server() {
  pool_.stop();
  listeners_.clear();
  connections_.clear();
}

void server::load_tls() {
  const auto loaded = tls_context::load(config_);
  if (!loaded) throw cannot_listen(std::string(loaded.error().option) + ": " + loaded.error().what);
  for (auto& home : homes_) home->set_tls(*loaded);
  for (const auto& one : (*loaded)->warnings()) log::warn(one);
}

void server::set_tls(const std::shared_ptr<const tls_context>& next) {
  pool_.post_to_all([this, next](std::size_t index) { homes_[index]->set_tls(next); });
}

void server::bind(const std::string& address, listen_role role, bool speaks_tls) {
  const auto at = parse_address(address);
  if (!at) throw cannot_listen(address + ": is not an address to listen on");
  try {
    open(*at, role, speaks_tls);
  } catch (const boost::system::system_error& failed) {
    throw cannot_listen("cannot listen on " + address + ": " + failed.code().message());
  }
}

/// Every address is IPv4's alone where the system has no IPv6.
void server::open(const boost::asio::ip::tcp::endpoint& at, listen_role role, bool speaks_tls) try {
  listeners_.push_back(std::make_unique<listener>(connections_, shared_, role, speaks_tls));
  listeners_.back()->open(at);
} catch (const boost::system::system_error& failed) {
  listeners_.pop_back();
  const bool is_every = at.address().is_v6() && at.address().is_unspecified();
  if (!is_every || failed.code() != boost::asio::error::address_family_not_supported) throw;
  open({boost::asio::ip::address_v4::any(), at.port()}, role, speaks_tls);
}

void server::say_start() const {
  for (const auto& one : listeners_) {
    const bool publishes = one->role() != listen_role::subscribing;
    const auto at = to_text(one->address());
    log::info("listening",
              {{"address", at}, {"speaks", one->speaks_tls() ? "https" : "http"}, {"threads", pool_.size()}});
    const bool asks_for_certificates = one->speaks_tls() && !config_.tls_client_ca.empty();
    if (publishes && !asks_for_certificates && !one->address().address().is_loopback()) {
      log::warn("anyone who reaches this address may publish; restrict it, or set publish_listen",
                {{"address", at}});
    }
  }
}

void server::start() {
  // Before anyone can know that it runs: who sees it listening may stop it.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.add(SIGUSR1);
  wait_for_signal();
  watch_memory();
  pool_.start(handler_failed);
  boost::asio::post(pool_[0].context(), [this] {
    for (auto& one : listeners_) one->start();
  });
  say_start();
  systemd_.ready();
  beat();
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
  signals_.async_wait([this](const boost::system::error_code& failed, int number) {
    if (failed) return;
    if (number == SIGUSR1) {
      gather_counts();
    } else {
      log::info("signal", {{"number", number}});
      begin_stop(std::chrono::seconds(number == SIGINT ? 0 : config_.drain_delay_seconds));
    }
    wait_for_signal();
  });
}

void server::gather_counts() {
  gather_totals(pool_, shared_, control_, [this](const totals& now) { say_counts(now); });
}

void server::say_counts(const totals& now) const {
  std::vector<log::field> values;
  for (const auto& one : counters()) values.emplace_back(one.name, now.*one.value);
  log::write(log::level::info, "counts", std::span<const log::field>(values));
  for (const auto& one : settings()) {
    const auto* limit = std::get_if<config::limit>(&one.where);
    if (const auto times = limit ? shared_.count(*limit) : 0; times > 0) {
      log::info("limit reached", {{"limit", one.name}, {"times", times}});
    }
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
  boost::asio::post(control_, [this] { begin_stop(std::chrono::seconds(config_.drain_delay_seconds)); });
}

void server::begin_stop(std::chrono::seconds delay) {
  if (shared_.draining.exchange(true)) return finish(false);
  log::info("stopping", {{"connections", open_connections()}, {"delay_seconds", delay.count()}});
  systemd_.stopping();
  if (delay == delay.zero()) return drain();
  drain_timer_.expires_after(delay);
  const auto begin = [this](const boost::system::error_code& failed) {
    if (!failed) drain();
  };
  drain_timer_.async_wait(boost::asio::bind_allocator(drain_timer_memory_.get(), begin));
}

void server::drain() {
  drain_end_ = read_clocks().steady + std::chrono::seconds(config_.drain_timeout_seconds);
  // First no more connections, then the end of those there are: none arrives behind it.
  boost::asio::post(pool_[0].context(), [this] {
    for (auto& one : listeners_) one->stop();
    pool_.post_to_all([this](std::size_t index) { connections_[index]->drain(); });
  });
  await_end();
}

void server::await_end() {
  if (open_connections() == 0) return finish(true);
  if (read_clocks().steady >= drain_end_) return finish(false);
  drain_timer_.expires_after(drain_look);
  const auto look = [this](const boost::system::error_code& failed) {
    if (!failed) await_end();
  };
  drain_timer_.async_wait(boost::asio::bind_allocator(drain_timer_memory_.get(), look));
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
