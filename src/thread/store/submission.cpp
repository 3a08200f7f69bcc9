#include "longpolld/thread/store/submission.hpp"

#include <cassert>
#include <utility>

namespace longpolld {

std::size_t bytes_of(const submission& one) {
  std::size_t sum = one.purges ? one.purges->size() : 0;
  for (const auto& draft : one.drafts) sum += draft.text->cost_bytes() + draft.category.size();
  return sum;
}

void submissions::push(std::unique_ptr<submission> one) noexcept {
  auto* raw = one.release();
  raw->next_ = nullptr;
  (last_ ? last_->next_ : first_) = raw;
  last_ = raw;
}

std::unique_ptr<submission> submissions::pop() noexcept {
  std::unique_ptr<submission> one(first_);
  if (!one) return one;
  first_ = std::exchange(one->next_, nullptr);
  if (!first_) last_ = nullptr;
  return one;
}

void answer_box::put(std::unique_ptr<submission> one) noexcept {
  auto* raw = one.release();
  raw->next_ = last_.load(std::memory_order_relaxed);
  while (!last_.compare_exchange_weak(raw->next_, raw)) {
  }
}

void answer_box::take(submissions& into) noexcept {
  assert(into.empty());
  auto* next = last_.exchange(nullptr, std::memory_order_acquire);
  into.last_ = next;
  while (next) {  // the last one comes first
    auto* before = std::exchange(next->next_, into.first_);
    into.first_ = std::exchange(next, before);
  }
}

}  // namespace longpolld
