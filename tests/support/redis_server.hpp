#pragma once

#include "longpolld/parts/resp.hpp"
#include "longpolld/words/config.hpp"

#include "support/folder.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace longpolld::test {

/// A Redis server of the test's own on a free port, with a folder that is gone at the end.
class redis_server {
 public:
  /// Whether there is a program; else it is said that the test is left out.
  [[nodiscard]] static bool is_there();

  using arguments = std::vector<std::string>;
  static inline const arguments in_memory{"--appendonly", "no"};
  static inline const arguments on_disk{"--appendonly", "yes", "--appendfsync", "always"};
  explicit redis_server(arguments how = on_disk);
  ~redis_server();
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  void signal(int number) const;
  /// Ends it as a crash would.
  void kill();
  /// Starts it again, with what is in its folder.
  void start();
  /// Its answer to one command; an error without a server.
  resp::value ask(const std::vector<std::string>& words) const;
  /// How often it was asked to do this since it was started.
  [[nodiscard]] long calls_of(const std::string& command) const;

 private:
  const arguments arguments_;
  const folder folder_{std::filesystem::temp_directory_path()};
  std::uint16_t port_ = 0;
  pid_t id_ = -1;
};

/// A config of a node that serves the history in this server.
config node_of(const redis_server& of);

}  // namespace longpolld::test
