#include "longpolld/parts/event_ring.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <new>
#include <utility>

namespace longpolld {

event_ring::event_ring(event_ring&& other) noexcept
    : slots_(std::move(other.slots_)),
      capacity_(std::exchange(other.capacity_, 0)),
      first_(std::exchange(other.first_, 0)),
      size_(std::exchange(other.size_, 0)),
      is_dense_(std::exchange(other.is_dense_, true)),
      is_partial_(other.is_partial_),
      has_lost_event_(other.has_lost_event_),
      bytes_(std::exchange(other.bytes_, 0)),
      let_go_ms_(other.let_go_ms_),
      last_(other.last_),
      lost_(other.lost_) {}

void event_ring::swap(event_ring& other) noexcept {
  std::swap(slots_, other.slots_);
  std::swap(capacity_, other.capacity_);
  std::swap(first_, other.first_);
  std::swap(size_, other.size_);
  std::swap(is_dense_, other.is_dense_);
  std::swap(is_partial_, other.is_partial_);
  std::swap(has_lost_event_, other.has_lost_event_);
  std::swap(bytes_, other.bytes_);
  std::swap(let_go_ms_, other.let_go_ms_);
  std::swap(last_, other.last_);
  std::swap(lost_, other.lost_);
}

void event_ring::reserve(std::size_t more) {
  if (size_ + more <= capacity_) return;
  const auto wanted = std::bit_ceil(static_cast<std::uint32_t>(size_ + more));
  move_to(std::make_unique<event_ptr[]>(wanted), wanted);
}

void event_ring::push(event_ptr next) noexcept {
  assert(size_ < capacity_ && next->at.ordinal > last_.ordinal);
  // Of the event before it, not of last(): what was numbered since may be gone.
  if (size_ > 0 && next->at.ordinal != slots_[slot(size_ - 1U)]->at.ordinal + 1) is_dense_ = false;
  last_ = next->at;
  bytes_ += next->cost_bytes();
  slots_[slot(size_)] = std::move(next);
  ++size_;
}

void event_ring::push_newer(event_ring& from) noexcept {
  const auto begin = from.after(last_.ordinal), end = from.size();
  for (auto i = begin; i < end; ++i) {
    auto& next = from.slots_[from.slot(i)];
    from.bytes_ -= next->cost_bytes();
    push(std::move(next));
  }
  from.size_ = static_cast<std::uint32_t>(begin);
  from.shrink();
}

void event_ring::go_on_from(const position& last, std::uint64_t missing) noexcept {
  if (last.ordinal > last_.ordinal) last_ = {std::max(last.ms, last_.ms), last.ordinal};
  if (missing <= lost_.ordinal) return;
  const auto behind = after(missing);
  const auto ms = behind > 0 ? (*this)[behind - 1]->at.ms : lost_.ms;
  // A client that goes by time is told too: as late as the missing one may have been.
  has_lost_event_ = false;
  lost_ = {std::max(ms, behind < size_ ? (*this)[behind]->at.ms - 1 : last_.ms), missing};
}

std::size_t event_ring::let_go(std::size_t count, discarded_events& into) noexcept {
  assert(count <= size_);
  if (count == 0) return 0;
  is_partial_ = true;
  let_go_ms_ = (*this)[count - 1]->at.ms;
  return take(0, count, into);
}

std::uint64_t event_ring::whole_after() const {
  if (!is_partial_) return 0;
  const auto until = size_ > 0 ? (*this)[0]->at.ordinal - 1 : last_.ordinal;
  return until > lost_.ordinal ? until : 0;  // what was lost is kept nowhere
}

std::size_t event_ring::lose(std::size_t count, discarded_events& into) noexcept {
  assert(count <= size_);
  if (count == 0) return 0;
  lose_until((*this)[count - 1]->at);
  return take(0, count, into);
}

std::size_t event_ring::lose_all(discarded_events& into) noexcept {
  if (size_ == 0) return 0;
  lose_until((*this)[size_ - 1U]->at);
  const std::size_t freed = bytes_;
  into.add(std::move(*this));
  return freed;
}

void event_ring::lose_until(const position& at) noexcept {
  if (at.ordinal <= lost_.ordinal) return;
  lost_ = at;
  has_lost_event_ = true;
}

std::size_t event_ring::take(std::size_t begin, std::size_t count, discarded_events& into) noexcept {
  assert(begin + count <= size_);
  const std::size_t had = bytes_;
  for (std::size_t i = begin; i < begin + count; ++i) {
    bytes_ -= (*this)[i]->cost_bytes();
    into.add(std::move(slots_[slot(i)]));
  }
  const std::size_t behind = size_ - begin - count;
  if (begin <= behind) {  // what is in front moves back
    for (std::size_t i = begin; i > 0; --i) slots_[slot(i - 1 + count)] = std::move(slots_[slot(i - 1)]);
    first_ = static_cast<std::uint32_t>(slot(count));
  } else {
    for (std::size_t i = begin; i < begin + behind; ++i) slots_[slot(i)] = std::move(slots_[slot(i + count)]);
  }
  if (begin > 0 && count > 0) is_dense_ = false;
  size_ -= static_cast<std::uint32_t>(count);
  shrink();
  return had - bytes_;
}

/// Nothing is held for what is gone: no slot while it is empty, and at most four for each event.
void event_ring::shrink() noexcept {
  if (size_ == 0) {
    slots_.reset();
    capacity_ = first_ = 0;
    is_dense_ = true;
  }
  if (capacity_ < 8 || size_ > capacity_ / 4) return;
  const std::uint32_t less = std::bit_ceil(2 * size_);
  std::unique_ptr<event_ptr[]> smaller(new (std::nothrow) event_ptr[less]);
  if (smaller) move_to(std::move(smaller), less);
}

void event_ring::move_to(std::unique_ptr<event_ptr[]> slots, std::uint32_t capacity) noexcept {
  for (std::size_t i = 0; i < size_; ++i) slots[i] = std::move(slots_[slot(i)]);
  slots_ = std::move(slots);
  capacity_ = capacity;
  first_ = 0;
}

template <class Test>
std::size_t event_ring::first_that(Test test) const {
  std::size_t low = 0;
  for (std::size_t high = size_; low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (test(*(*this)[middle])) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

std::size_t event_ring::after(std::uint64_t ordinal) const {
  if (last_.ordinal <= ordinal) return size_;
  // Dense rings whose last events were taken end before last().
  if (is_dense_ && size_ > 0 && (*this)[size_ - 1U]->at.ordinal == last_.ordinal) {
    return size_ - std::min<std::uint64_t>(last_.ordinal - ordinal, size_);
  }
  return first_that([&](const event& one) { return one.at.ordinal > ordinal; });
}

std::size_t event_ring::from_time(unix_ms ms) const {
  if (size_ == 0 || (*this)[size_ - 1U]->at.ms < ms) return size_;
  return first_that([&](const event& one) { return one.at.ms >= ms; });
}

std::size_t event_ring::published_after(steady_time edge) const {
  if (size_ == 0 || oldest() > edge) return 0;
  return first_that([&](const event& one) { return one.published > edge; });
}

position event_ring::before(std::size_t index) const {
  if (index >= size_) return last_;
  if (index > 0) return (*this)[index - 1]->at;
  const auto& first = (*this)[0]->at;
  if (is_partial_ && let_go_ms_ > lost_.ms) return {let_go_ms_, first.ordinal - 1};
  // One behind it may be missing.
  return lost_.ordinal < first.ordinal ? lost_ : position{std::min(lost_.ms, first.ms), first.ordinal - 1};
}

discarded_events::~discarded_events() {
  while (first_) {
    const auto* next = first_->next_discarded_;
    intrusive_ptr_release(first_);
    first_ = next;
  }
}

void discarded_events::add(event_ptr one) noexcept {
  const auto* raw = one.detach();
  raw->next_discarded_ = std::exchange(first_, raw);
}

void discarded_events::add(event_ring all) noexcept try {
  rings_.push_back(std::move(all));
} catch (const std::bad_alloc&) {
}

}  // namespace longpolld
