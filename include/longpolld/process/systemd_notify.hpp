#pragma once

#include "longpolld/words/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// The service manager's protocol (sd_notify(3), sd_listen_fds(3)), without its library: a datagram to the
/// socket that NOTIFY_SOCKET names. Does nothing when not run by one.
class systemd_notify {
 public:
  /// A socket that the service manager opened.
  struct handed_over {
    int descriptor;
    std::string option;  ///< whose addresses it replaces: its FileDescriptorName=, else `listen`
  };

  systemd_notify();

  void ready() const { send("READY=1"); }
  /// What it does before it is ready; it has a minute more from now on.
  void busy(std::string_view what) const;
  void status(std::string_view what) const;
  /// ready() is to follow. Tells when it began, as Type=notify-reload of systemd 253 wants it.
  void reloading() const;
  void stopping() const { send("STOPPING=1"); }
  void alive() const { send("WATCHDOG=1"); }

  /// How often the watchdog wants a sign of life; nothing when there is none for this process.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

  /// Sockets handed over (LISTEN_FDS, LISTEN_FDNAMES); their variables are removed from the environment. An
  /// error when LISTEN_FDS is no number, not all of them are there, or one is named after no option. Called
  /// before anything else opens descriptors.
  [[nodiscard]] static outcome<std::vector<handed_over>> take_sockets();

 private:
  void send(std::string_view state) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace longpolld
