// The load of the measurements: one thread, one epoll. It never sleeps while it waits for replies, so that no
// server is charged for waking it. bench/README.md says what the kinds are.
//   bench_load PORT PROCESS[,PROCESS…] DIALECT KIND [NUMBER…]
#include "scaling.hpp"

#include <deque>

namespace {

using namespace bench;

constexpr std::size_t publishers_max = 16;

class load : public driver {
 public:
  using driver::driver;

  /// Bytes of user memory for a parked poll, and polls parked a second.
  void park(std::size_t polls) {
    const double before = server_.memory();
    const double begin = now();
    add(polls);
    for (auto& one : peers_) poll(one);
    const double took = now() - begin;
    settle();
    std::printf("bytes %.0f parked_s %.0f\n", (server_.memory() - before) / static_cast<double>(polls),
                static_cast<double>(polls) / took);
  }

  /// One event to all polls of one category, which all poll again.
  void fan_out(std::size_t polls, std::size_t rounds) {
    add(polls + 1);
    for (std::size_t i = 0; i < polls; ++i) poll(peers_[i]);
    settle();
    fan_out_round();
    const double before = server_.cpu();
    std::vector<double> replies, firsts, medians, lasts;
    for (std::size_t round = 0; round < rounds; ++round) {
      auto times = fan_out_round();
      replies.push_back(times.reply);
      firsts.push_back(*std::min_element(times.each.begin(), times.each.end()));
      medians.push_back(quantile(times.each, 0.5));
      lasts.push_back(*std::max_element(times.each.begin(), times.each.end()));
    }
    const double units = static_cast<double>(polls * rounds);
    std::printf("cpu_us %.3f reply_ms %.3f first_ms %.3f median_ms %.3f last_ms %.3f\n",
                (server_.cpu() - before) * 1e6 / units, 1e3 * quantile(replies, 0.5),
                1e3 * quantile(firsts, 0.5), 1e3 * quantile(medians, 0.5), 1e3 * quantile(lasts, 0.5));
  }

  /// A category for each poll, publishers in a closed loop; `idle` more polls that nobody publishes to.
  void one_to_one(std::size_t categories, std::size_t events, std::size_t idle) {
    add(categories + idle);
    const std::size_t first_publisher = categories + idle;
    std::deque<std::size_t> ready;
    for (std::size_t i = 0; i < first_publisher; ++i) {
      peers_[i].category = i;
      poll(peers_[i]);
      if (i < categories) ready.push_back(i);
    }
    settle();
    add(publishers_max);  // only now: a connection that says nothing is closed after a while
    std::vector<long> published(categories);
    const auto next = [&](peer& publisher) {
      auto& to = peers_[ready.front()];
      to.sent_at = now();
      publisher.send(
          speaks_.publish(to.category, digits(static_cast<std::size_t>(++published[to.category]), 16)));
      ready.pop_front();
    };
    const double before = server_.cpu();
    const double begin = now();
    std::size_t sent = publishers_max, received = 0, wrong = 0;
    std::vector<double> latencies;
    std::deque<std::size_t> waiting;  // publishers, for a subscriber that polls
    for (std::size_t i = 0; i < publishers_max; ++i) next(peers_[first_publisher + i]);
    while (received < events) {
      each_ready([&](std::size_t index) {
        auto& one = peers_[index];
        const auto reply = one.receive();
        if (reply.empty()) return;
        if (index >= first_publisher) {
          if (sent < events) ++sent, waiting.push_back(index);
        } else {
          latencies.push_back(now() - one.sent_at);
          const long number = speaks_.number(reply);
          if (number >= 0 && number != ++one.last) ++wrong;
          one.place = speaks_.follow(reply);
          ++received;
          poll(one);
          ready.push_back(index);
        }
        for (; !waiting.empty() && !ready.empty(); waiting.pop_front()) next(peers_[waiting.front()]);
      });
    }
    const double units = static_cast<double>(events);
    std::printf("cpu_us %.3f events_s %.0f p50_ms %.3f p99_ms %.3f max_ms %.3f wrong %zu\n",
                (server_.cpu() - before) * 1e6 / units, units / (now() - begin),
                1e3 * quantile(latencies, 0.5), 1e3 * quantile(latencies, 0.99), 1e3 * quantile(latencies, 1),
                wrong);
  }

  /// Publishers in a closed loop to so many categories, nobody subscribed.
  void publish_only(std::size_t events, std::size_t categories) {
    add(publishers_max);
    settle();
    const double before = server_.cpu();
    std::size_t sent = publishers_max, answered = 0;
    const auto text = [&](std::size_t number) {
      return speaks_.publish(number % categories, digits(number, 16));
    };
    for (std::size_t i = 0; i < publishers_max; ++i) peers_[i].send(text(i));
    while (answered < events) {
      each_ready([&](std::size_t index) {
        if (peers_[index].receive().empty()) return;
        ++answered;
        if (sent < events) peers_[index].send(text(++sent));
      });
    }
    std::printf("cpu_us %.3f\n", (server_.cpu() - before) * 1e6 / static_cast<double>(events));
  }

  /// The same, so many events a request, and how long it took until the publishers had their replies.
  void store(std::size_t requests, std::size_t categories, std::size_t batch) {
    add(publishers_max);
    settle();
    const double before = server_.cpu();
    const double begin = now();
    std::size_t sent = 0, answered = 0, refused = 0;
    std::vector<double> latencies;
    const auto send = [&](peer& one) {
      const auto from = sent++ * batch % categories;
      one.sent_at = now();
      one.send(batch == 1 ? speaks_.publish(from, std::string(200, 'x'))
                          : speaks_.publish_to_each(from, from + batch, std::string(200, 'x')));
    };
    for (std::size_t i = 0; i < publishers_max; ++i) send(peers_[i]);
    while (answered < requests) {
      each_ready([&](std::size_t index) {
        auto& one = peers_[index];
        const auto reply = one.receive();
        if (reply.empty()) return;
        latencies.push_back(now() - one.sent_at);
        if (reply.find(" 200 ") == std::string_view::npos) ++refused;
        ++answered;
        if (sent < requests) send(one);
      });
    }
    const double events = static_cast<double>(answered * batch);
    std::printf("cpu_us %.3f events_s %.0f p50_ms %.3f p99_ms %.3f max_ms %.3f refused %zu\n",
                (server_.cpu() - before) * 1e6 / events, events / (now() - begin),
                1e3 * quantile(latencies, 0.5), 1e3 * quantile(latencies, 0.99), 1e3 * quantile(latencies, 1),
                refused);
  }

  /// A full buffer, asked for again and again by 16 clients that were away.
  void catch_up(std::size_t events, std::size_t replies, std::size_t floor_bytes) {
    add(publishers_max + 1);
    for (std::size_t i = 0; i < events; ++i) ask(peers_.back(), speaks_.publish(0, std::string(200, 'x')));
    settle();
    const std::string text = speaks_.everything(0, floor_bytes);
    const double before = server_.cpu();
    const double begin = now();
    std::size_t sent = publishers_max, received = 0, bytes = 0;
    for (std::size_t i = 0; i < publishers_max; ++i) peers_[i].send(text);
    while (received < replies) {
      each_ready([&](std::size_t index) {
        const auto reply = peers_[index].receive();
        if (reply.empty()) return;
        ++received;
        bytes += reply.size();
        if (sent < replies) ++sent, peers_[index].send(text);
      });
    }
    std::printf("cpu_us %.3f reply_bytes %.0f mb_s %.0f\n",
                (server_.cpu() - before) * 1e6 / static_cast<double>(replies),
                static_cast<double>(bytes) / static_cast<double>(replies),
                static_cast<double>(bytes) / 1e6 / (now() - begin));
  }

  /// Connect, park, vanish by a reset, 64 at a time.
  void churn(std::size_t connections) {
    constexpr std::size_t at_once = 64;
    const double before = server_.cpu();
    const double begin = now();
    for (std::size_t done = 0; done < connections; done += at_once) {
      peers_.assign(at_once, {});
      for (auto& one : peers_) {
        one.connect(server_.port);
        one.category = done % 1000;
        poll(one);
      }
      for (auto& one : peers_) one.reset();
    }
    const double took = now() - begin;
    settle();
    std::printf("cpu_us %.3f connections_s %.0f\n",
                (server_.cpu() - before) * 1e6 / static_cast<double>(connections),
                static_cast<double>(connections) / took);
  }

 private:
  struct fan_out_times {
    double reply = 0;
    std::vector<double> each;
  };

  fan_out_times fan_out_round() {
    const std::size_t publisher = peers_.size() - 1;
    fan_out_times times;
    const double begin = now();
    peers_[publisher].send(speaks_.publish(0, digits(0, 16)));
    for (std::size_t left = peers_.size(); left > 0;) {
      each_ready([&](std::size_t index) {
        if (!finish(peers_[index], index != publisher)) return;
        --left;
        if (index == publisher) {
          times.reply = now() - begin;
        } else {
          times.each.push_back(now() - begin);
        }
      });
    }
    settle();
    return times;
  }
};

target parse_target(const char* port, std::string_view processes) {
  target of{std::atoi(port), {}};
  while (!processes.empty()) {
    const auto one = processes.substr(0, processes.find(','));
    of.processes.push_back(std::atoi(std::string(one).c_str()));
    processes.remove_prefix(std::min(processes.size(), one.size() + 1));
  }
  return of;
}

}  // namespace

int main(int count, char** words) try {
  if (count < 5) return 64;
  load one(parse_target(words[1], words[2]), dialect(words[3]));
  const std::string_view kind = words[4];
  const auto number = [&](int index) {
    return index < count ? static_cast<std::size_t>(std::atoll(words[index])) : 0;
  };
  if (kind == "park") one.park(number(5));
  if (kind == "fan-out") one.fan_out(number(5), number(6));
  if (kind == "one-to-one") one.one_to_one(number(5), number(6), number(7));
  if (kind == "publish") one.publish_only(number(5), number(6));
  if (kind == "store") one.store(number(5), number(6), number(7));
  if (kind == "catch-up") one.catch_up(number(5), number(6), number(7));
  if (kind == "churn") one.churn(number(5));
  scaling other(parse_target(words[1], words[2]), dialect(words[3]));
  if (kind == "fill") other.fill(number(5), number(6));
  if (kind == "categories") other.categories(number(5));
  if (kind == "wide") other.wide(number(5), number(6), number(7) != 0);
  if (kind == "hot") other.hot(number(5), number(6));
  if (kind == "timeouts") other.timeouts(number(5));
  if (kind == "expiries") other.expiries(number(5), number(6));
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "load: %s\n", problem.what());
  return 1;
}
