#pragma once

#include "longpolld/thread/shard_pool.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace longpolld::test {

/// What a store decided, in the order in which the shards told it.
class answers {
 public:
  struct one {
    std::size_t shard;
    int number;
    std::thread::id thread;
    outcome<event_ids> with;
    bool was_visible;  ///< to everybody, when it was answered
    bool is_replayed;
  };

  void add(one what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(what));
    came_.notify_all();
  }
  /// All of them, once there are so many; what there is when that takes too long.
  std::vector<one> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, std::chrono::seconds(60), [&] { return all_.size() >= count; });
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<one> all_;
};

/// Shards with a store and nobody else: no socket, no HTTP.
class stored_pool {
 public:
  explicit stored_pool(const config& of) : limits(of), pool(limits, [](config::limit) {}) {
    pool.start([](const std::exception& problem) { FAIL_CHECK(problem.what()); });
    while (pool.keeps().current_state() == store::state::loading) std::this_thread::yield();
  }
  ~stored_pool() { stop(); }
  void stop() {
    is_stopped_ = true;
    pool.stop();
  }

  static wire::drafts drafts(const std::vector<std::string>& categories, const std::string& data = "1") {
    wire::drafts made;
    for (const auto& name : categories) made.push_back(wire::make_draft(name, '"' + name + '"', data));
    return made;
  }

  /// Submits from this shard's thread; `number` comes back with the answer.
  void submit(std::size_t shard, int number, const std::vector<std::string>& categories,
              const std::string& data = "1", const std::string& key = "") {
    auto made = std::make_unique<asking>(*this, number, drafts(categories, data));
    if (!key.empty()) {
      made->repeats = repeat_of::made_of("", key, {drafts(categories, data), true});
    }
    auto one = std::make_shared<std::unique_ptr<submission>>(std::move(made));
    pool[shard].post([this, shard, one] { pool[shard].submit(std::move(*one)); });
  }
  /// The same, and what came of it.
  answers::one publish_as(const std::string& key, const std::vector<std::string>& categories,
                          const std::string& data = "1") {
    submit(0, 0, categories, data, key);
    const auto all = got.wait_for(++asked_alone_);
    REQUIRE(all.size() == asked_alone_);
    return all.back();
  }
  /// Has all of these categories here, as polls on them would have.
  void fetch(const std::vector<std::string>& categories) {
    auto made = std::make_unique<fetching>();
    made->fetches = categories;
    auto done = made->done.get_future();
    auto one = std::make_shared<std::unique_ptr<submission>>(std::move(made));
    pool[0].post([this, one] { pool[0].submit(std::move(*one)); });
    REQUIRE(done.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    CHECK(done.get());
  }
  /// How many events it took; nothing when the store refuses.
  std::optional<std::size_t> purge(const std::string& category) {
    auto made = std::make_unique<purging>();
    made->purges = category;
    auto done = made->done.get_future();
    auto one = std::make_shared<std::unique_ptr<submission>>(std::move(made));
    pool[0].post([this, one] { pool[0].submit(std::move(*one)); });
    REQUIRE(done.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
    return done.get();
  }
  outcome<event_ids> publish(const std::vector<std::string>& categories, const std::string& data = "1") {
    return publish_as("", categories, data).with;
  }
  /// The texts of a category's kept events, and whether something before is lost.
  std::vector<std::string> kept(const std::string& category) {
    if (!is_stopped_) fetch({category});
    const critical_section::guard inside(pool.log());
    std::vector<std::string> all;
    const auto* in = pool.log().shared().find(category);
    for (std::size_t i = 0; in && i < in->ring.size(); ++i) all.emplace_back(in->ring[i]->json());
    return all;
  }
  [[nodiscard]] bool is_visible(const event_ids& ids, const std::vector<std::string>& in) {
    const critical_section::guard inside(pool.log());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto* record = pool.log().shared().find(in[i]);
      if (limits.store == store_kind::redis && (!record || record->is_cold))
        continue;  // a poll has it fetched
      if (!record || record->ring.last().ordinal < ids[i].at.ordinal) return false;
    }
    return true;
  }

  const config limits;
  answers got;
  shard_pool pool;

 private:
  struct fetching final : submission {
    void answer(const outcome<event_ids>& with) override { done.set_value(with.has_value()); }
    std::promise<bool> done;
  };
  struct purging final : submission {
    void answer(const outcome<event_ids>& with) override {
      done.set_value(with ? std::optional(purged) : std::nullopt);
    }
    std::promise<std::optional<std::size_t>> done;
  };
  struct asking final : submission {
    asking(stored_pool& of, int n, wire::drafts&& what) : by(of), number(n) {
      drafts = std::move(what);
      for (const auto& one : drafts) in.push_back(one.category);
    }
    void answer(const outcome<event_ids>& with) override {
      by.got.add(
          {shard, number, std::this_thread::get_id(), with, with && by.is_visible(*with, in), is_replayed});
    }
    stored_pool& by;
    const int number;
    std::vector<std::string> in;
  };

  std::size_t asked_alone_ = 0;
  bool is_stopped_ = false;
};

}  // namespace longpolld::test
