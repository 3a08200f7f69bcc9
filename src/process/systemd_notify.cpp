#include "longpolld/process/systemd_notify.hpp"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace longpolld {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::optional<long long> number(std::string_view text) {
  long long value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (text.empty() || failed != std::errc{} || stop != end) return std::nullopt;
  return value;
}

bool is_for_this_process(const char* name) {
  const auto pid = number(variable(name));
  return pid && *pid == ::getpid();
}

}  // namespace

systemd_notify::systemd_notify() : socket_(variable("NOTIFY_SOCKET")) {
  const auto period = number(variable("WATCHDOG_USEC"));
  const bool mine = variable("WATCHDOG_PID").empty() || is_for_this_process("WATCHDOG_PID");
  if (period && *period > 0 && mine) watchdog_ = std::chrono::microseconds(*period);
}

void systemd_notify::send(std::string_view state) const {
  sockaddr_un to{};
  if (socket_.empty() || socket_.size() >= sizeof to.sun_path) return;
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, socket_.data(), socket_.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  static_cast<void>(::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&to), length));
  ::close(descriptor);
}

std::vector<int> systemd_notify::take_sockets() {
  std::vector<int> descriptors;
  const auto count = number(variable("LISTEN_FDS"));
  if (count && *count > 0 && *count < 64 && is_for_this_process("LISTEN_PID")) {
    for (int i = 0; i < *count; ++i) {
      descriptors.push_back(first_descriptor + i);
      ::fcntl(descriptors.back(), F_SETFD, FD_CLOEXEC);
    }
  }
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return descriptors;
}

}  // namespace longpolld
