#include "longpolld/heart/category_books.hpp"

#include "longpolld/parts/fetch_ahead.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <new>

namespace longpolld {
namespace {

// Bounds on what it takes to find the oldest, which then is the oldest but for chance.
constexpr int sorted_at_once = 1024;
constexpr int passed_at_once = 64;

}  // namespace

category_record::owner category_record::make(std::string_view name, std::uint64_t history_key,
                                             position start) {
  void* memory = ::operator new(sizeof(category_record) + name.size());
  auto* made = new (memory) category_record(category_epoch(history_key, name), name.size(), start);
  std::copy(name.begin(), name.end(), reinterpret_cast<char*>(made + 1));
  return owner(made);
}

void category_record::free::operator()(category_record* one) const {
  one->~category_record();
  ::operator delete(one);
}

category_record* category_books::find(std::string_view name) const {
  const auto known = by_name_.find(name);
  if (known == by_name_.end()) return nullptr;
  fetch_ahead(known->get());
  return known->get();
}

category_record& category_books::create(std::string_view name, std::uint64_t history_key, position start) {
  if (all_.size() == all_.capacity()) all_.reserve(std::max<std::size_t>(64, 2 * all_.capacity()));
  auto& made = **by_name_.insert(category_record::make(name, history_key, start)).first;
  made.index_ = static_cast<std::uint32_t>(all_.size());
  all_.push_back(&made);
  return made;
}

void category_books::erase(category_record& one) {
  assert(!one.has_history_ && one.pins == 0 && !one.is_busy() && all_[one.index_] == &one);
  all_[one.index_] = all_.back();
  all_[one.index_]->index_ = one.index_;
  all_.pop_back();
  by_name_.erase(by_name_.find(one.name()));
}

void category_books::begin_history(category_record& one) {
  one.has_history_ = true;
  ++histories_;
  bytes_ += one.cost_bytes();
  use(one);
  file(one);
}

void category_books::end_history(category_record& one) {
  one.has_history_ = false;
  --histories_;
  bytes_ -= one.cost_bytes();
  unfile(one);
}

void category_books::file(category_record& one) {
  unfile(one);
  filed(!one.ring.empty()).push_back(one);
  one.was_used_ = false;
  one.was_empty_ = one.ring.empty();
  if (!one.was_empty_) ++with_events_;
}

void category_books::unfile(category_record& one) {
  if (!one.was_empty_) --with_events_;
  one.was_empty_ = true;
  one.filed_hook::unlink();
}

void category_books::ring_changed(category_record& one) {
  if (one.has_history_ && one.was_empty_ != one.ring.empty()) file(one);
}

category_record* category_books::oldest(bool with_events) {
  auto& all = filed(with_events);
  const auto by_use = [](const category_record& a, const category_record& b) { return a.used_ < b.used_; };
  // Files those used since they were filed, from the front on, by when they were used. Returns the oldest.
  const auto file_used = [&] {
    records run;
    for (int i = 0; i < sorted_at_once && !all.empty(); ++i) {
      if (!all.front().was_used_ || all.front().has_noted()) break;
      run.splice(run.end(), all, all.begin());
    }
    run.sort(by_use);
    auto* first = &run.front();
    while (!run.empty()) {
      auto& one = run.front();
      run.pop_front();
      auto at = all.end();
      for (int i = 0; i < passed_at_once && at != all.begin() && by_use(one, *std::prev(at)); ++i) --at;
      all.insert(at, one);
      one.was_used_ = false;
    }
    return first;
  };
  category_record* least = nullptr;   // of those used since they were filed
  category_record* passed = nullptr;  // the first that is yet to be served
  while (!all.empty()) {
    auto& one = all.front();
    if (one.has_noted()) {
      if (passed == &one) return least ? least : passed;
      if (!passed) passed = &one;
      file(one);
    } else if (one.was_used_) {
      auto* first = file_used();
      if (!least || by_use(*first, *least)) least = first;
    } else {
      return least && by_use(*least, one) ? least : &one;
    }
  }
  return nullptr;
}

}  // namespace longpolld
