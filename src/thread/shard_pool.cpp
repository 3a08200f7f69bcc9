#include "longpolld/thread/shard_pool.hpp"

#include "longpolld/thread/io/random_bytes.hpp"
#include "longpolld/thread/store/journal.hpp"
#include "longpolld/thread/store/redis_store.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>

namespace longpolld {
namespace {

std::uint64_t draw_key() {
  std::uint64_t key = 0;
  std::memcpy(&key, random_bytes(sizeof key).data(), sizeof key);
  return key;
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

std::unique_ptr<store> open_store(const config& limits, event_log& log, store::bring bring) {
  if (limits.store == store_kind::memory)
    return std::make_unique<memory_store>(limits, log, std::move(bring));
  if (limits.store == store_kind::redis) {
    return std::make_unique<redis_store>(limits, log, std::move(bring));
  }
  return std::make_unique<journal>(limits, log, std::move(bring), draw_key(), read_clocks());
}

}  // namespace

std::size_t shard_count(const config& limits) {
  if (limits.threads > 0) return static_cast<std::size_t>(limits.threads);
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, shards_max);
}

shard_pool::shard_pool(const config& limits, std::function<void(config::limit)> reached)
    : log_(
          limits, shard_count(limits), draw_keys(), read_clocks(),
          [this](std::size_t shard) { shards_[shard]->ask_turn(); }, std::move(reached)),
      store_(open_store(limits, log_, [this](std::unique_ptr<submission> one) {
        auto& home = *shards_[one->shard];
        home.decided(std::move(one));
      })) {
  for (std::size_t i = 0; i < shard_count(limits); ++i) {
    shards_.push_back(std::make_unique<shard>(limits, log_, *store_, i));
  }
}

shard_pool::~shard_pool() { stop(); }

void shard_pool::start(const std::function<void(const std::exception&)>& failed,
                       std::function<void(const store::load_progress&)> tell) {
  for (auto& one : shards_) {
    threads_.emplace_back([&shard = *one, failed] {
      auto& context = shard.context();
      const auto busy = boost::asio::make_work_guard(context);
      while (!context.stopped()) {
        try {
          context.run();
        } catch (const std::exception& problem) {
          shard.turn_was_skipped();
          failed(problem);
        }
      }
    });
  }
  store_->start(std::move(tell));
}

void shard_pool::stop() {
  for (auto& one : shards_) one->context().stop();
  for (auto& one : threads_) one.join();
  threads_.clear();
  store_->stop();  // what it decides now, nobody is told
}

void shard_pool::post_to_all(const std::function<void(std::size_t)>& action) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    boost::asio::post(shards_[i]->context(), [action, i] { action(i); });
  }
}

}  // namespace longpolld
