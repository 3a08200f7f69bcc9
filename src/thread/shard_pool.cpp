#include "longpolld/thread/shard_pool.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>

namespace longpolld {
namespace {

std::uint64_t draw_key() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

/// The history's key. The first in a process draws that of the hash tables too: no name is hashed before.
std::uint64_t draw_keys() {
  static const bool are_drawn = [] {
    category_hash::key = {draw_key(), draw_key()};
    return true;
  }();
  static_cast<void>(are_drawn);
  return draw_key();
}

}  // namespace

std::size_t shard_count(const config& limits) {
  if (limits.threads > 0) return static_cast<std::size_t>(limits.threads);
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, shards_max);
}

shard_pool::shard_pool(const config& limits, std::function<void(config::limit)> reached)
    : log_(
          limits, shard_count(limits), draw_keys(), read_clocks(),
          [this](std::size_t shard) { shards_[shard]->ask_turn(); }, std::move(reached)) {
  for (std::size_t i = 0; i < shard_count(limits); ++i) {
    shards_.push_back(std::make_unique<shard>(limits, log_, i));
  }
}

shard_pool::~shard_pool() { stop(); }

void shard_pool::start(const std::function<void(const std::exception&)>& failed) {
  for (auto& one : shards_) {
    threads_.emplace_back([&shard = *one, failed] {
      auto& context = shard.context();
      const auto busy = boost::asio::make_work_guard(context);
      while (!context.stopped()) {
        try {
          context.run();
        } catch (const std::exception& problem) {
          shard.ring_others();  // what threw has skipped its turn
          failed(problem);
        }
      }
    });
  }
}

void shard_pool::stop() {
  for (auto& one : shards_) one->context().stop();
  for (auto& one : threads_) one.join();
  threads_.clear();
}

void shard_pool::post_to_all(const std::function<void(std::size_t)>& action) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    boost::asio::post(shards_[i]->context(), [action, i] { action(i); });
  }
}

}  // namespace longpolld
