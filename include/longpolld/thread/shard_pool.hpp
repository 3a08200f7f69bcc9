#pragma once

#include "longpolld/thread/shard.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace longpolld {

/// How many shards `threads` asks for: 0 means one per core.
[[nodiscard]] std::size_t shard_count(const config& limits);

/// The log and all shards, and their threads.
class shard_pool {
 public:
  /// Opens the store, which may throw a journal_fault. A start without a journal begins a new history, whose
  /// key is drawn here. `reached`: see event_log.
  shard_pool(const config& limits, std::function<void(config::limit)> reached);
  ~shard_pool();

  /// Starts a thread per shard, and the store, which tells how it comes on while it loads. An exception that
  /// leaves a handler is passed to `failed` on the shard's thread, and the shard goes on.
  void start(const std::function<void(const std::exception&)>& failed,
             std::function<void(const store::load_progress&)> tell = {});
  /// Stops all shards at once and joins their threads. Idempotent.
  void stop();

  /// Runs `action` on every shard's thread, soon.
  void post_to_all(const std::function<void(std::size_t)>& action);

  [[nodiscard]] std::size_t size() const { return shards_.size(); }
  [[nodiscard]] shard& operator[](std::size_t index) { return *shards_[index]; }
  [[nodiscard]] event_log& log() { return log_; }
  [[nodiscard]] store& keeps() { return *store_; }

 private:
  event_log log_;
  const std::unique_ptr<store> store_;
  std::vector<std::unique_ptr<shard>> shards_;
  std::vector<std::thread> threads_;
};

}  // namespace longpolld
