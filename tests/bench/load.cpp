// The load: one epoll thread that parks, publishes and checks, and reads the server's CPU time from /proc.
//   load PORT PID fan-out POLLS ROUNDS | one-to-one CATEGORIES EVENTS | publish EVENTS | park POLLS
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

double since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

struct target {
  int port;
  int pid;

  /// Seconds on a processor, of all threads.
  [[nodiscard]] double cpu() const {
    double sum = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
      std::ifstream in(task.path() / "schedstat");
      double nanoseconds = 0;
      in >> nanoseconds;
      sum += nanoseconds / 1e9;
    }
    return sum;
  }
  /// Bytes of user memory, proportional set size.
  [[nodiscard]] double memory() const {
    std::ifstream in("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("Pss:")) return 1024.0 * std::atof(line.c_str() + 4);
    }
    return 0;
  }
};

std::string number_text(std::size_t number) {
  char text[16];
  std::snprintf(text, sizeof text, "%08zu", number);
  return text;
}

struct peer {
  int descriptor = -1;
  std::size_t category = 0;
  std::string cursor;
  std::string unread;

  void connect(int port) {
    descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<unsigned short>(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
      throw std::runtime_error("connect");
  }
  void send(const std::string& bytes) const {
    if (::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("send");
    }
  }
  void poll() const {
    send("GET /events?category=" + number_text(category) + "&timeout=110&cursor=" + cursor +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n");
  }
  void publish(std::size_t to) const {
    const std::string body = R"({"category":")" + number_text(to) + R"(","data":"0123456789abcdef"})";
    send("POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  /// Reads what is there; whether a whole reply is.
  bool receive() {
    char buffer[65536];
    const auto count = ::recv(descriptor, buffer, sizeof buffer, 0);
    if (count <= 0) throw std::runtime_error("connection ended");
    unread.append(buffer, static_cast<std::size_t>(count));
    const auto head = unread.find("\r\n\r\n");
    const auto length = unread.find("Content-Length: ");
    if (head == std::string::npos || length == std::string::npos) return false;
    const auto bytes = static_cast<std::size_t>(std::atol(unread.c_str() + length + 16));
    if (unread.size() < head + 4 + bytes) return false;
    if (!unread.starts_with("HTTP/1.1 200")) throw std::runtime_error(unread);
    const auto at = unread.rfind("\"cursor\":\"");
    if (at != std::string::npos) cursor = unread.substr(at + 10, 36);
    unread.clear();
    return true;
  }
};

class load {
 public:
  explicit load(target of) : server_(of), poller_(::epoll_create1(0)) {}

  void fan_out(std::size_t polls, std::size_t rounds) {
    add(polls, 1);
    for (std::size_t i = 0; i < polls; ++i) peers_[i].poll();
    settle();
    fan_out_round();
    const double before = server_.cpu();
    std::vector<double> replies, lasts;
    for (std::size_t round = 0; round < rounds; ++round) {
      const auto [reply, last] = fan_out_round();
      replies.push_back(reply);
      lasts.push_back(last);
    }
    settle();
    const double units = static_cast<double>(polls * rounds);
    std::printf("cpu_us %.3f reply_ms %.3f last_ms %.3f\n", (server_.cpu() - before) * 1e6 / units,
                1e3 * median(replies), 1e3 * median(lasts));
  }

  void one_to_one(std::size_t categories, std::size_t events) {
    constexpr std::size_t publishers = 16;
    add(categories, publishers);
    std::deque<std::size_t> ready;
    for (std::size_t i = 0; i < categories; ++i) {
      peers_[i].category = i;
      peers_[i].poll();
      ready.push_back(i);
    }
    settle();
    const auto next = [&](peer& publisher) {
      publisher.publish(ready.front());
      ready.pop_front();
    };
    const double before = server_.cpu();
    const auto begin = clock_type::now();
    std::size_t sent = publishers, received = 0;
    for (std::size_t i = 0; i < publishers; ++i) next(peers_[categories + i]);
    while (received < events) {
      each_ready([&](std::size_t index) {
        if (!peers_[index].receive()) return;
        if (index >= categories) {
          if (sent < events) ++sent, next(peers_[index]);
        } else {
          ++received;
          peers_[index].poll();
          ready.push_back(index);
        }
      });
    }
    const double took = since(begin);
    std::printf("cpu_us %.3f events_s %.0f\n", (server_.cpu() - before) * 1e6 / static_cast<double>(events),
                static_cast<double>(events) / took);
  }

  void publish_only(std::size_t events) {
    constexpr std::size_t publishers = 16;
    add(0, publishers);
    settle();
    const double before = server_.cpu();
    std::size_t sent = publishers, answered = 0;
    for (std::size_t i = 0; i < publishers; ++i) peers_[i].publish(i);
    while (answered < events) {
      each_ready([&](std::size_t index) {
        if (!peers_[index].receive()) return;
        ++answered;
        if (sent < events) ++sent, peers_[index].publish(sent % 1000);
      });
    }
    std::printf("cpu_us %.3f\n", (server_.cpu() - before) * 1e6 / static_cast<double>(events));
  }

  void park(std::size_t polls) {
    const double before = server_.memory();
    add(polls, 0);
    for (auto& one : peers_) one.poll();
    settle();
    std::printf("bytes %.0f\n", (server_.memory() - before) / static_cast<double>(polls));
  }

 private:
  void add(std::size_t polls, std::size_t publishers) {
    peers_.resize(polls + publishers);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      peers_[i].connect(server_.port);
      epoll_event watch{};
      watch.events = EPOLLIN;
      watch.data.u64 = i;
      ::epoll_ctl(poller_, EPOLL_CTL_ADD, peers_[i].descriptor, &watch);
    }
  }

  /// One event to all, and all poll again: seconds until the publisher's reply and until the last poll's.
  std::pair<double, double> fan_out_round() {
    const std::size_t publisher = peers_.size() - 1;
    const auto begin = clock_type::now();
    double reply = 0;
    peers_[publisher].publish(0);
    for (std::size_t left = peers_.size(); left > 0;) {
      each_ready([&](std::size_t index) {
        if (!peers_[index].receive()) return;
        --left;
        if (index == publisher) {
          reply = since(begin);
        } else {
          peers_[index].poll();
        }
      });
    }
    const double last = since(begin);
    settle();
    return {reply, last};
  }

  template <class Action>
  void each_ready(Action action) {
    epoll_event ready[256];
    const int count = ::epoll_wait(poller_, ready, 256, 0);
    if (count < 0) throw std::runtime_error("nothing comes any more");
    for (int i = 0; i < count; ++i) action(static_cast<std::size_t>(ready[i].data.u64));
  }

  /// Waits until the server has nothing left to do.
  void settle() const {
    for (double last = -1, now = server_.cpu(); now - last > 1e-5; last = now, now = server_.cpu())
      ::usleep(60'000);
  }

  static double median(std::vector<double> all) {
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
    return all[all.size() / 2];
  }

  target server_;
  int poller_;
  std::vector<peer> peers_;
};

}  // namespace

int main(int count, char** words) try {
  if (count < 5) return 64;
  load one({std::atoi(words[1]), std::atoi(words[2])});
  const std::string_view kind = words[3];
  const auto number = [&](int index) { return static_cast<std::size_t>(std::atoll(words[index])); };
  if (kind == "fan-out") one.fan_out(number(4), number(5));
  if (kind == "one-to-one") one.one_to_one(number(4), number(5));
  if (kind == "publish") one.publish_only(number(4));
  if (kind == "park") one.park(number(4));
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "load: %s\n", problem.what());
  return 1;
}
