// The floor: what no long-poll server can avoid. It parses nothing and keeps nothing: a request beginning
// with G is parked under the number at a fixed place of its target (or, as GET /all?bytes=…, answered with so
// many bytes), one beginning with P is answered and then wakes what is parked under the number in its body,
// each with one send of bytes made beforehand.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t number_digits = 8;
constexpr std::size_t number_in_get = 21;    // GET /events?category=00000000
constexpr std::size_t number_in_all = 15;    // GET /all?bytes=00000000
constexpr std::size_t number_from_end = 36;  // …"category":"00000000","data":"…16…"}

std::string reply_of(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: application/json; "
         "charset=utf-8\r\n"
         "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

int main(int, char** arguments) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<unsigned short>(std::atoi(arguments[1])));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(listening, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::bind(listening, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 || ::listen(listening, 4096) != 0)
    return 69;
  const int poller = ::epoll_create1(0);
  epoll_event watch{};
  watch.events = EPOLLIN;
  watch.data.fd = listening;
  ::epoll_ctl(poller, EPOLL_CTL_ADD, listening, &watch);
  const std::string id = "01a20a17-948d-7000-8000-0006251b0d9a";
  const std::string woken = reply_of(
      R"({"events":[{"timestamp":1795465647245,"category":"00000000","data":"0123456789abcdef","id":")" + id +
      R"("}],"cursor":")" + id + "\"}");
  const std::string published =
      reply_of(R"({"success":true,"id":")" + id + R"(","timestamp":1795465647245})");
  std::vector<std::vector<int>> parked(2'000'000);
  std::string large;
  std::vector<epoll_event> ready(512);
  char buffer[20'480];
  for (;;) {
    const int count = ::epoll_wait(poller, ready.data(), static_cast<int>(ready.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int one = ready[static_cast<std::size_t>(i)].data.fd;
      if (one == listening) {
        for (int fresh; (fresh = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          watch.data.fd = fresh;
          ::epoll_ctl(poller, EPOLL_CTL_ADD, fresh, &watch);
        }
        continue;
      }
      const auto bytes = ::recv(one, buffer, sizeof buffer, 0);
      if (bytes <= 0) {
        ::close(one);
        continue;
      }
      char digits[number_digits + 1] = {};
      const bool is_get = buffer[0] == 'G';
      std::memcpy(digits, is_get ? buffer + number_in_get : buffer + bytes - number_from_end, number_digits);
      if (is_get && buffer[5] == 'a') {
        std::memcpy(digits, buffer + number_in_all, number_digits);
        if (large.empty()) large = reply_of(std::string(static_cast<std::size_t>(std::atoi(digits)), 'x'));
        for (std::size_t done = 0; done < large.size();) {
          const auto sent = ::send(one, large.data() + done, large.size() - done, MSG_NOSIGNAL);
          if (sent > 0) done += static_cast<std::size_t>(sent);
        }
        continue;
      }
      auto& waiting = parked[static_cast<std::size_t>(std::atoi(digits))];
      if (is_get) {
        waiting.push_back(one);
        continue;
      }
      ::send(one, published.data(), published.size(), MSG_NOSIGNAL);
      for (const int waits : waiting) ::send(waits, woken.data(), woken.size(), MSG_NOSIGNAL);
      waiting.clear();
    }
  }
}
