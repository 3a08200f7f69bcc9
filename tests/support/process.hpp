#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace longpolld::test {

/// The longpolld binary started as a process of its own; killed at the end if it still runs.
class process {
 public:
  /// `environment`: `NAME=value` on top of this process's own. `listening`: sockets that already listen,
  /// handed over as the service manager does (LISTEN_FDS). `limits`: RLIMIT_… and what it is set to.
  explicit process(std::vector<std::string> arguments, std::vector<std::string> environment = {},
                   const std::vector<int>& listening = {},
                   const std::vector<std::pair<int, rlim_t>>& limits = {});
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void signal(int number) const;
  /// The exit code, 128 + n for signal n; nothing when it still runs after this time.
  std::optional<int> wait(std::chrono::milliseconds within = std::chrono::seconds(20));
  /// The same, leaving what it writes unread meanwhile.
  std::optional<int> wait_unread(std::chrono::milliseconds within = std::chrono::seconds(20));
  /// Nobody can read what it writes from now on.
  void close_output();
  /// Everything written so far, both streams.
  std::string output();
  /// Waits until the output holds this; false when it does not come.
  bool says(const std::string& text);
  /// The port of the n-th `listening` line; 0 when it ends before it says so.
  std::uint16_t port(std::size_t index = 0);
  [[nodiscard]] pid_t id() const { return id_; }
  /// Time on a processor so far, of all threads.
  [[nodiscard]] std::chrono::duration<double> cpu() const;
  /// Bytes of memory it has in use.
  [[nodiscard]] std::size_t resident_bytes() const;
  /// Open descriptors.
  [[nodiscard]] std::size_t descriptors() const;

 private:
  void read_some();
  void look();

  pid_t id_ = -1;
  int pipe_ = -1;
  std::string output_;
  std::optional<int> exit_;
};

/// Runs it to its end: exit code and output.
struct finished {
  int code = -1;
  std::string output;
};
bool holds(const finished& of, const std::string& text);
finished run(std::vector<std::string> arguments, std::vector<std::string> environment = {});
/// Runs lines of shell in which $LONGPOLLD is the program.
finished shell(const std::string& lines);

}  // namespace longpolld::test
