#include "support/cutting_proxy.hpp"

#include "support/loopback.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace longpolld::test {
namespace {

struct pair {
  int client, server;
};

void reset(const pair& of) {
  const linger at_once{1, 0};
  for (const int one : {of.client, of.server}) {
    ::setsockopt(one, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(one);
  }
}

void send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

cutting_proxy::cutting_proxy(std::uint16_t to) : to_(to), listener_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { run(); });
}

cutting_proxy::~cutting_proxy() {
  is_ending_ = true;
  thread_.join();
  ::close(listener_);
}

void cutting_proxy::cut_in(const std::string& text) {
  cut_in_ = text;
  is_cutting_ = true;
}

void cutting_proxy::add(const std::string& bytes) {
  added_ = bytes;
  is_adding_ = true;
}

void cutting_proxy::run() {
  std::vector<pair> all;
  std::array<char, 65536> room{};
  while (!is_ending_) {
    if (is_resetting_.exchange(false)) {
      for (const auto& one : all) reset(one);
      all.clear();
    }
    std::vector<pollfd> waits{{listener_, POLLIN, 0}};
    for (const auto& one : all) {
      waits.push_back({one.client, POLLIN, 0});
      waits.push_back({one.server, POLLIN, 0});
    }
    if (::poll(waits.data(), waits.size(), 10) <= 0) continue;
    bool is_cut = false;
    std::vector<pair> left;
    for (std::size_t i = 0; i < all.size(); ++i) {
      bool is_over = false;
      for (const bool is_answer : {false, true}) {
        if (waits[1 + 2 * i + (is_answer ? 1 : 0)].revents == 0 || is_over) continue;
        const int from = is_answer ? all[i].server : all[i].client;
        const auto count = ::recv(from, room.data(), room.size(), 0);
        std::string_view bytes(room.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (is_answer && is_cutting_ && bytes.find(cut_in_) != std::string_view::npos) {
          bytes = bytes.substr(0, bytes.find(cut_in_) + cut_in_.size() / 2);
          is_cutting_ = false;
          is_cut = true;
        }
        send_all(is_answer ? all[i].client : all[i].server, bytes);
        if (is_answer && is_adding_.exchange(false)) send_all(all[i].client, added_);
        is_over = count <= 0;
      }
      if (is_over) {
        reset(all[i]);
      } else {
        left.push_back(all[i]);
      }
    }
    all.swap(left);
    if (is_cut) {
      ++cuts_;
      for (const auto& one : all) reset(one);
      all.clear();
    }
    if (waits[0].revents == 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto to = loopback(to_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      reset({client, server});
    } else {
      all.push_back({client, server});
    }
  }
  for (const auto& one : all) reset(one);
}

}  // namespace longpolld::test
