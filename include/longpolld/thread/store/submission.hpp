#pragma once

#include "longpolld/parts/position.hpp"
#include "longpolld/parts/repeat.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/words/error.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longpolld {

/// One publish request on its way through a store, and whoever waits for its ids; or a poll that waits for
/// what has yet to be fetched; or a purge. It outlives a client that leaves: what was submitted is not taken
/// back. Thread: one at a time, that of whoever has it.
class submission {
 public:
  submission() = default;
  virtual ~submission() = default;
  submission(const submission&) = delete;
  submission& operator=(const submission&) = delete;

  /// Called once, on the thread of the shard that submitted it; what throws costs nobody else.
  virtual void answer(const outcome<event_ids>& with) = 0;

  wire::drafts drafts;
  /// Instead of drafts: categories of which all that was published until now is to be known here. Decided
  /// with no ids.
  std::vector<std::string> fetches;
  /// Instead of drafts: a category all of whose kept events are to go. Decided with no ids, once they are
  /// gone and will not come back.
  std::optional<std::string> purges;
  std::size_t purged = 0;                     ///< how many there were
  std::size_t shard = 0;                      ///< which submitted it
  std::optional<repeat_of> repeats;           ///< whether and as what it may be repeated
  bool is_replayed = false;                   ///< decided as an earlier one was
  std::optional<outcome<event_ids>> decided;  ///< by the store; nothing: it had no memory to say

 private:
  friend class submissions;
  friend class answer_box;
  submission* next_ = nullptr;
};

/// Memory that it takes while it waits for a store, about.
[[nodiscard]] std::size_t bytes_of(const submission& one);

/// Submissions in their order. Allocates nothing. Thread: one at a time.
class submissions {
 public:
  submissions() = default;
  ~submissions() {
    while (pop()) {
    }
  }
  submissions(const submissions&) = delete;
  submissions& operator=(const submissions&) = delete;

  void push(std::unique_ptr<submission> one) noexcept;
  /// The first; null when there is none.
  [[nodiscard]] submission* front() const { return first_; }
  [[nodiscard]] static submission* after(const submission& one) { return one.next_; }
  std::unique_ptr<submission> pop() noexcept;
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  void swap(submissions& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
  }

 private:
  friend class answer_box;
  submission* first_ = nullptr;
  submission* last_ = nullptr;
};

/// Where a shard finds what was decided of its submissions. Any thread puts in, without allocating; the
/// shard's takes all out, in the order of putting.
class answer_box {
 public:
  ~answer_box() {
    submissions unanswered;
    take(unanswered);
  }
  void put(std::unique_ptr<submission> one) noexcept;
  /// Sees whatever was put before a doorbell that has rung by now: in one order with the doorbell's own flag.
  [[nodiscard]] bool empty() const { return last_.load() == nullptr; }
  /// Precondition: `into` is empty.
  void take(submissions& into) noexcept;

 private:
  std::atomic<submission*> last_{nullptr};  // those before it are behind it
};

}  // namespace longpolld
