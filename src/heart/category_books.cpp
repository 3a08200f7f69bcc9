#include "longpolld/heart/category_books.hpp"

#include "longpolld/parts/fetch_ahead.hpp"

#include <algorithm>
#include <cassert>
#include <new>

namespace longpolld {

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
  return **by_name_.insert(category_record::make(name, history_key, start)).first;
}

void category_books::erase(category_record& one) {
  assert(!one.has_history_ && one.pins == 0 && !one.is_busy());
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
  one.filed_hook::unlink();
}

void category_books::file(category_record& one) {
  one.filed_hook::unlink();
  filed(!one.ring.empty()).push_back(one);
  one.was_used_ = false;
  one.was_empty_ = one.ring.empty();
}

void category_books::ring_changed(category_record& one) {
  if (one.has_history_ && one.was_empty_ != one.ring.empty()) file(one);
}

category_record* category_books::oldest(bool with_events) {
  auto& all = filed(with_events);
  category_record* least = nullptr;   // of those used since they were filed
  category_record* passed = nullptr;  // the first that is yet to be served
  while (!all.empty()) {
    auto& one = all.front();
    if (one.has_noted()) {
      if (passed == &one) return least ? least : passed;
      if (!passed) passed = &one;
      file(one);
    } else if (one.was_used_) {
      file(one);
      if (!least || one.used_ < least->used_) least = &one;
    } else {
      return least && least->used_ < one.used_ ? least : &one;
    }
  }
  return nullptr;
}

}  // namespace longpolld
