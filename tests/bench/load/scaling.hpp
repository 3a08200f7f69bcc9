#pragma once

#include "driver.hpp"

namespace bench {

/// What is to stay the same, or bounded, however much of it there is.
class scaling : public driver {
 public:
  using driver::driver;

  /// Bytes of memory for a category with one event.
  void categories(std::size_t count) {
    settle();
    const double before = server_.memory();
    fill(count, 1);
    settle();
    std::printf("bytes %.0f\n", (server_.memory() - before) / static_cast<double>(count));
  }

  /// Polls on many categories each, all their own or shared by all: bytes of user memory for each; and while
  /// one event of a shared one wakes them all, how long somebody else's request took.
  void wide(std::size_t polls, std::size_t categories, bool are_shared) {
    const double before = server_.memory();
    add(polls);
    for (std::size_t i = 0; i < polls; ++i) {
      std::string target = "/events?timeout=110";
      for (std::size_t k = 0; k < categories; ++k) {
        target += "&category=" + digits(are_shared ? k : i * categories + k, 8);
      }
      peers_[i].send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }
    settle();
    std::printf("bytes %.0f\n", (server_.memory() - before) / static_cast<double>(polls));
    if (!are_shared) return;
    const auto prober = begin_probing(3);
    peer publisher;
    publisher.connect(server_.port);
    const double begin = now();
    publisher.send(speaks_.publish(0, digits(0, 16)));
    for (std::size_t left = polls; left > 0;) {
      each_ready([&](std::size_t index) { left -= peers_[index].receive().empty() ? 0 : 1; }, 100);
    }
    std::printf("last_ms %.1f\n", 1e3 * (now() - begin));
    end_probing(prober);
    publisher.reset();
  }

  /// Gives each of so many categories an event, before another kind.
  void fill(std::size_t categories, std::size_t times) {
    peer one;
    one.connect(server_.port);
    for (; times > 0; --times) {
      for (std::size_t i = 0; i < categories; i += 1000) {
        ask(one, speaks_.publish_to_each(1'000'000 + i, 1'000'000 + std::min(categories, i + 1000)));
      }
    }
    one.reset();
  }

  /// One event to all polls of one category while the load sleeps: until the last of them has it, as the
  /// system noted.
  void hot(std::size_t polls, std::size_t rounds) {
    add(polls + 1);
    std::vector<double> times;
    for (std::size_t i = 0; i < polls; ++i) {
      peers_[i].stamp();
      poll(peers_[i]);
    }
    for (std::size_t round = 0; round <= rounds; ++round) {
      settle();
      const double begin = wall();
      peers_.back().send(speaks_.publish(0, digits(round, 16)));
      settle();
      double last = 0;
      for (std::size_t i = 0; i < polls; ++i) {
        while (!finish(peers_[i], true)) {
        }
        last = std::max(last, peers_[i].arrived);
      }
      while (!finish(peers_.back(), false)) {
      }
      if (round > 0) times.push_back(last - begin);
    }
    std::printf("ready_ms %.1f\n", 1e3 * quantile(times, 0.5));
  }

  /// Many polls that time out in the same second; the longest that somebody else's request took meanwhile.
  void timeouts(std::size_t polls) {
    add(polls);
    for (auto& one : peers_)
      one.send("GET /events?category=00000000&timeout=4 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    settle();
    const auto prober = begin_probing(6);
    for (std::size_t left = polls; left > 0;) {
      each_ready([&](std::size_t index) { left -= peers_[index].receive().empty() ? 0 : 1; }, 100);
    }
    end_probing(prober);
  }

  /// Events that expire in the same instant; the longest that somebody else's request took meanwhile.
  void expiries(std::size_t categories, std::size_t times) {
    const auto prober = begin_probing(6);
    fill(categories, times);
    end_probing(prober);
  }
};

}  // namespace bench
