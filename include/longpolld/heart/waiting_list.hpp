#pragma once

#include "longpolld/heart/poll.hpp"

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace longpolld {

class category_record;

/// The polls that one shard has parked on one category, in the order of what they have seen. It is bound to
/// the category's record for its life and pins it.
///
/// Who may touch what: `polls` and `count` are the shard's. `state`, `next_noted` and, while not idle, the
/// hook are touched inside the log's critical section only. An idle list is the shard's alone.
struct waiting_list
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  enum class is : std::uint8_t {
    idle,    ///< without polls, kept for a while by its hub, since a subscriber polls again at once
    linked,  ///< all its polls have seen everything; the category's next event notes it
    noted,   ///< in its shard's inbox: something came that its polls have not seen
  };

  [[nodiscard]] std::string_view name() const;  ///< of the category

  seat_list polls;
  category_record* record = nullptr;
  waiting_list* next_noted = nullptr;
  std::uint32_t count = 0;  ///< of polls that wait; those that are about to be woken count no more
  std::uint16_t shard = 0;
  is state = is::idle;
};
using waiting_lists = boost::intrusive::list<waiting_list, boost::intrusive::constant_time_size<false>>;

/// A shard's noted lists, in the order they were noted. Allocates nothing.
/// Thread: all but size() inside the log's critical section.
class inbox {
 public:
  /// Returns whether it was empty. Precondition: the list is in no inbox.
  bool push(waiting_list& one) noexcept {
    one.next_noted = nullptr;
    auto*& end = last_ ? last_->next_noted : first_;
    end = last_ = &one;
    return size_.fetch_add(1, std::memory_order_relaxed) == 0;
  }
  [[nodiscard]] waiting_list* front() const { return first_; }
  /// Precondition: not empty.
  void pop() noexcept {
    first_ = std::exchange(first_->next_noted, nullptr);
    if (!first_) last_ = nullptr;
    size_.fetch_sub(1, std::memory_order_relaxed);
  }
  /// Any thread.
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  waiting_list* first_ = nullptr;
  waiting_list* last_ = nullptr;
  std::atomic<std::size_t> size_{0};
};

}  // namespace longpolld
