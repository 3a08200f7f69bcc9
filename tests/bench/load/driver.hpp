#pragma once

#include "dialect.hpp"
#include "peer.hpp"
#include "target.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <vector>

namespace bench {

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// What peer::arrived is told in.
inline double wall() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

inline double quantile(std::vector<double>& all, double part) {
  if (all.empty()) return 0;
  const auto at = std::min(all.size() - 1, static_cast<std::size_t>(part * static_cast<double>(all.size())));
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at), all.end());
  return all[at];
}

/// What every kind of work is made of: connections, one epoll, the server's rest, and a prober beside.
class driver {
 public:
  driver(target of, dialect speaks) : server_(std::move(of)), speaks_(speaks), poller_(::epoll_create1(0)) {}

 protected:
  static constexpr std::size_t polls_per_source = 10'000;

  void add(std::size_t more) {
    const std::size_t had = peers_.size();
    peers_.resize(had + more);
    for (std::size_t i = had; i < peers_.size(); ++i) {
      peers_[i].connect(server_.port, static_cast<unsigned>(i / polls_per_source));
      epoll_event watch{};
      watch.events = EPOLLIN;
      watch.data.u64 = i;
      ::epoll_ctl(poller_, EPOLL_CTL_ADD, peers_[i].descriptor, &watch);
    }
  }

  void poll(const peer& one) const { one.send(speaks_.poll(one.category, one.place)); }

  static std::string ask(peer& one, const std::string& text) {
    one.send(text);
    std::string_view reply;
    while (reply.empty()) reply = one.receive();
    return std::string(reply);
  }

  /// Whether the reply is whole; a subscriber then polls again.
  bool finish(peer& one, bool subscribes) const {
    const auto reply = one.receive();
    if (reply.empty()) return false;
    if (subscribes) {
      one.place = speaks_.follow(reply);
      poll(one);
    }
    return true;
  }

  template <class Action>
  void each_ready(Action action, int patience_ms = 0) {
    epoll_event ready[256];
    const int count = ::epoll_wait(poller_, ready, 256, patience_ms);
    if (count < 0) throw std::runtime_error("epoll_wait");
    for (int i = 0; i < count; ++i) action(static_cast<std::size_t>(ready[i].data.u64));
  }

  /// Waits until the server has nothing left to do.
  void settle() const {
    for (double last = -1, used = server_.cpu(); used - last > 3e-4; last = used, used = server_.cpu()) {
      ::usleep(60'000);
    }
  }

  /// A process that asks for the health again and again.
  [[nodiscard]] pid_t begin_probing(double seconds) const {
    const pid_t id = ::fork();
    if (id != 0) return id;
    peer one;
    one.connect(server_.port);
    std::vector<double> times;
    for (const double end = now() + seconds; now() < end; ::usleep(500)) {
      const double begin = now();
      ask(one, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      times.push_back(now() - begin);
    }
    std::printf("probe_p50_ms %.3f probe_p99_ms %.3f probe_max_ms %.3f\n", 1e3 * quantile(times, 0.5),
                1e3 * quantile(times, 0.99), 1e3 * quantile(times, 1));
    std::fflush(stdout);
    ::_exit(0);
  }
  static void end_probing(pid_t prober) { ::waitpid(prober, nullptr, 0); }

  target server_;
  dialect speaks_;
  int poller_;
  std::vector<peer> peers_;
};

}  // namespace bench
