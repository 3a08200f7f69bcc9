#pragma once

#include "longpolld/http/access/hook.hpp"
#include "longpolld/http/access/hook_client.hpp"
#include "longpolld/http/access/hook_settings.hpp"
#include "longpolld/thread/address_limits.hpp"
#include "longpolld/thread/shard_pool.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace longpolld {

/// Where all shards ask a site's backend: each question belongs to one shard, which alone asks it and keeps
/// the answer, so that the backend is asked once however many threads there are. What is known is told to
/// all; who has sent wrong credentials too fast has nothing else asked.
class hook_desk : public std::enable_shared_from_this<hook_desk> {
 public:
  /// Throws std::runtime_error where `ca_file` cannot be read. Precondition: the settings have no fault.
  /// `pool` and `addresses` have to outlive it. Thread: any.
  hook_desk(const hook_settings& settings, shard_pool& pool, address_limits& addresses);
  hook_desk(const hook_desk&) = delete;
  hook_desk& operator=(const hook_desk&) = delete;

  /// Thread: any.
  [[nodiscard]] const hook_settings& settings() const { return settings_; }

  /// Has `by` told on the thread of `from`, which is the caller's. It is destroyed untold when nobody
  /// answers.
  void ask(shard& from, hook_question about, std::unique_ptr<hook_waiter> by);

  /// What became of all that was asked on this shard. Any thread.
  [[nodiscard]] const hook::tallies& counted(std::size_t index) const { return slots_[index].counted; }

  /// Ends it: questions under way, and those that come, are not answered. Thread: any.
  void close();
  /// The same, at once. Precondition: the shards' threads have ended, and the shards are there.
  void abandon();

 private:
  /// What one shard has of it.
  struct part {
    part(hook_desk& of, shard& home, hook::tallies& counts);
    hook_client client;
    hook asked;
  };

  struct slot {
    std::unique_ptr<part> made;  ///< once its shard is asked
    bool is_closed = false;
    hook::tallies counted;
  };
  [[nodiscard]] part* part_of(std::size_t index);
  void ask(hook_client& by, std::shared_ptr<hook_inquiry> what);

  const hook_settings settings_;
  const std::optional<tls_trust> trust_;  // read once, however many shards ask
  shard_pool& pool_;
  address_limits& addresses_;
  const std::shared_ptr<std::atomic<bool>> is_over_ = std::make_shared<std::atomic<bool>>(false);
  std::vector<slot> slots_;  // each is its shard's thread's alone
};

}  // namespace longpolld
