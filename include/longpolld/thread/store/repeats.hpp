#pragma once

#include "longpolld/parts/category.hpp"
#include "longpolld/parts/repeat.hpp"
#include "longpolld/thread/store/submission.hpp"
#include "longpolld/words/config.hpp"
#include "longpolld/words/moment.hpp"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace longpolld {

/// What was published under an idempotency key, so that a repeat publishes nothing. A key is remembered for
/// idempotency_seconds, and as many as max_idempotency_keys, the oldest go first; a batch counts as one more
/// for each 16 events in it. Any thread; each call is one short critical section.
class repeats {
 public:
  /// A submission that is answered by the first one.
  using bring = std::function<void(std::unique_ptr<submission>)>;

  repeats(const config& limits, bring back) : limits_(limits), bring_(std::move(back)) {}

  /// Returns the submission when it is the first with its key. Else it is answered: at once, or when the
  /// first is. Throws std::bad_alloc. Precondition: it has a key.
  [[nodiscard]] std::unique_ptr<submission> admit(std::unique_ptr<submission> one, steady_time now);
  /// The first with this key is decided; when it was not kept, its key is as if it had never come. Those that
  /// waited are answered.
  void settle(const submission& first, steady_time now) noexcept;
  /// What whoever uses a key for another body is told.
  [[nodiscard]] static error other_body();
  /// From a store that outlives the process, in order.
  void restore(const repeat_of& what, const event_ids& ids, steady_time kept);

  /// The least row of what is remembered; the greatest number there is when nothing is.
  [[nodiscard]] std::int64_t oldest_row(steady_time now);
  [[nodiscard]] std::size_t size() const;

 private:
  struct entry {
    sha256_digest body;
    event_ids ids;        // once it is kept
    submissions waiting;  // while it is under way
    steady_time kept{};   // when
    std::int64_t row = 0;
    std::size_t weight = 1;
    bool is_kept = false;
    std::list<const sha256_digest*>::iterator place;
  };
  /// With a key of its own, since whoever publishes could look for digests that collide.
  struct keyed_hash {
    std::size_t operator()(const sha256_digest& of) const {
      return category_hash()({reinterpret_cast<const char*>(of.data()), of.size()});
    }
  };

  void keep(entry& one, const event_ids& ids, steady_time now, std::int64_t row) noexcept;
  void forget_old(steady_time now) noexcept;

  const config& limits_;
  const bring bring_;
  mutable std::mutex mutex_;
  std::unordered_map<sha256_digest, entry, keyed_hash> known_;
  std::list<const sha256_digest*> kept_;  // the oldest first
  std::list<const sha256_digest*> under_way_;
  std::size_t weight_ = 0;  // of those kept
};

}  // namespace longpolld
