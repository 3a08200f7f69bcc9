#include "longpolld/heart/category_page.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace longpolld {

bool category_page::look(const history& in, std::size_t records) {
  const auto& books = in.books();
  auto left = std::min(left_.value_or(books.size()), books.size());
  for (; records > 0 && left > 0; --records) {
    const auto& one = books.at(--left);
    const auto name = one.name();
    const bool is_shown = one.has_history() || one.polls > 0;
    if (!is_shown || name <= after_ || !name.starts_with(prefix_)) continue;
    if (names_.size() > most_ && name >= *names_.rbegin()) continue;
    if (names_.find(name) != names_.end()) continue;
    names_.emplace(name);
    if (names_.size() > most_ + 1)
      names_.erase(std::prev(names_.end()));  // one more tells that there are more
  }
  left_ = left;
  return left > 0;
}

bool category_page::fill(const history& in, std::size_t rows) {
  assert(left_ && *left_ == 0);
  if (names_.size() > most_) {
    names_.erase(std::prev(names_.end()));
    next_ = *names_.rbegin();
  }
  for (; rows > 0 && !names_.empty(); --rows) {
    auto name = std::move(names_.extract(names_.begin()).value());
    const auto* one = in.find(name);
    if (!one) continue;
    const auto& ring = one->ring;
    row made{std::move(name), ring.size(), ring.bytes(), std::nullopt, std::nullopt, one->polls};
    if (!ring.empty()) {
      made.first = {ring[0]->at, one->epoch};
      made.last = {ring[ring.size() - 1]->at, one->epoch};
    }
    rows_.push_back(std::move(made));
  }
  return !names_.empty();
}

}  // namespace longpolld
