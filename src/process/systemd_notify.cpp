#include "longpolld/process/systemd_notify.hpp"

#include "longpolld/words/log.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace longpolld {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START
constexpr int sockets_max = 64;      // more are a mistake; each is an address

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_for_this_process(const char* name) {
  const auto pid = whole_number<long long>(variable(name));
  return pid && *pid == ::getpid();
}

/// The option whose addresses a socket of this name replaces, or nothing. Without a FileDescriptorName= it
/// has its unit's name (systemd.socket(5)), or none at all.
std::optional<std::string> option_of(const std::string& name) {
  if (name.empty() || name == "unknown" || name.ends_with(".socket")) return "listen";
  for (const char* option : {"listen", "tls_listen", "publish_listen", "admin_listen"}) {
    if (name == option) return name;
  }
  return std::nullopt;
}

}  // namespace

systemd_notify::systemd_notify() : socket_(variable("NOTIFY_SOCKET")) {
  const auto period = whole_number<long long>(variable("WATCHDOG_USEC"));
  const bool mine = variable("WATCHDOG_PID").empty() || is_for_this_process("WATCHDOG_PID");
  if (period && *period > 0 && mine) watchdog_ = std::chrono::microseconds(*period);
}

void systemd_notify::busy(std::string_view what) const {
  send("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=" + std::string(what));
}

void systemd_notify::status(std::string_view what) const { send("STATUS=" + std::string(what)); }

void systemd_notify::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto usec = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
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
  static_cast<void>(::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&to), length));
  ::close(descriptor);
}

outcome<std::vector<systemd_notify::handed_over>> systemd_notify::take_sockets() {
  std::vector<handed_over> all;
  const std::string given(variable("LISTEN_FDS"));
  std::string names(variable("LISTEN_FDNAMES"));  // joined by colons
  const bool mine = !given.empty() && is_for_this_process("LISTEN_PID");
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (!mine) return all;
  const auto count = whole_number<long long>(given).value_or(-1);
  if (count < 0 || count > sockets_max) {
    return error{0, "LISTEN_FDS is \"" + log::printable(given) + "\"; allowed is a whole number from 0 to " +
                        std::to_string(sockets_max)};
  }
  for (int i = 0; i < count; ++i) {
    const auto name = names.substr(0, names.find(':'));
    names.erase(0, name.size() + 1);
    const auto option = option_of(name);
    if (!option) {
      return error{0, "a socket is handed over as \"" + log::printable(name) +
                          "\", which is no option; FileDescriptorName= may be listen, tls_listen, "
                          "publish_listen or admin_listen"};
    }
    all.push_back({first_descriptor + i, *option});
    if (::fcntl(all.back().descriptor, F_SETFD, FD_CLOEXEC) == 0) continue;
    return error{0, "descriptor " + std::to_string(all.back().descriptor) + " of LISTEN_FDS = " + given +
                        " is not open"};
  }
  return all;
}

}  // namespace longpolld
