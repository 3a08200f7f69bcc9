#pragma once

#include "longpolld/http/http_url.hpp"
#include "longpolld/thread/io/name_lookup.hpp"
#include "longpolld/thread/shard.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace longpolld {

/// Where a backend is reached. A name is looked up at the start and again, never more often than
/// `look_up_pause`, when a connection is made, for services move; meanwhile what was known counts, so that no
/// question waits for a name server but the first ones. An address needs no look-up.
/// Thread: the shard's, but for the look-up itself, see look_up().
class hook_addresses {
 public:
  using endpoint = boost::asio::ip::tcp::endpoint;
  static constexpr std::chrono::seconds look_up_pause{10};
  static constexpr std::chrono::seconds retry_pause{1};  ///< while none is known
  static constexpr std::chrono::seconds patience{60};    ///< with one look-up; then there is another

  /// `changed` is called on the shard when a look-up has ended.
  hook_addresses(const http_url& of, shard& home, std::function<void()> changed);
  ~hook_addresses();
  hook_addresses(const hook_addresses&) = delete;
  hook_addresses& operator=(const hook_addresses&) = delete;

  /// In the order to be tried; empty while none is known. Begins a look-up where it is time for one.
  [[nodiscard]] const std::vector<endpoint>& now();
  [[nodiscard]] bool is_looking_up() const { return is_looking_up_; }
  /// Why the last look-up failed.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// This one is tried first from now on.
  void prefer(const endpoint& one);
  /// This one is tried last from now on.
  void avoid(const endpoint& one);

 private:
  struct way_back;
  void begin();
  void found(const looked_up& what);

  const http_url of_;
  shard& home_;
  const std::function<void()> changed_;
  std::shared_ptr<way_back> way_back_;
  std::vector<endpoint> known_;
  std::string problem_;
  bool is_fixed_ = false;
  bool is_looking_up_ = false;
  steady_time next_{};
};

}  // namespace longpolld
