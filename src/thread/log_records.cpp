#include "longpolld/thread/log_records.hpp"

#include "longpolld/words/fetch_ahead.hpp"

namespace longpolld {

log_record* log_records::find(std::string_view name) const {
  const auto known = by_name_.find(name);
  if (known == by_name_.end()) return nullptr;
  fetch_ahead(known->second.get());
  return known->second.get();
}

log_record& log_records::create(std::string_view name, std::uint64_t history_key, position start) {
  auto made = std::make_unique<log_record>(std::make_shared<const std::string>(name),
                                           category_epoch(history_key, name), start);
  const std::string_view key(*made->name);
  return *by_name_.emplace(key, std::move(made)).first->second;
}

void log_records::begin_history(log_record& one) {
  one.has_history_ = true;
  ++histories_;
  if (one.is_busy()) ++busy_;
  use(one);
  file(one);
}

void log_records::erase(log_record& one) {
  if (one.has_history_) {
    --histories_;
    if (one.is_busy()) --busy_;
  }
  const category_name name = one.name;  // the key views it
  by_name_.erase(std::string_view(*name));
}

void log_records::attend(log_record& one, std::size_t shard) {
  if (one.has_history_ && !one.is_busy()) ++busy_;
  one.attending_.set(shard);
  use(one);
}

void log_records::leave(log_record& one, std::size_t shard) {
  const bool was_busy = one.is_busy();
  one.attending_.reset(shard);
  if (!was_busy || one.is_busy()) return;
  if (!one.has_history_) return erase(one);
  became_idle(one);
}

shard_set log_records::wake(log_record& one) {
  const auto attended = one.attending_;
  if (attended.any()) {
    one.attending_.reset();
    if (one.has_history_) became_idle(one);
  }
  return attended;
}

void log_records::became_idle(log_record& one) {
  --busy_;
  if (one.is_set_aside_) file(one);
}

void log_records::file(log_record& one) {
  one.filed_hook::unlink();
  (one.ring.empty() ? empty_ : kept_).filed.push_back(one);
  one.filed_ = ++clock_;
  one.is_set_aside_ = false;
  one.was_empty_ = one.ring.empty();
}

void log_records::ring_changed(log_record& one) {
  if (one.has_history_ && one.was_empty_ != one.ring.empty()) file(one);
}

log_record* log_records::oldest_idle(bool with_events) {
  auto& from = with_events ? kept_ : empty_;
  log_record* least = nullptr;  // of those used since they were filed
  while (!from.filed.empty()) {
    auto& one = from.filed.front();
    if (one.is_busy()) {
      one.filed_hook::unlink();
      from.aside.push_back(one);
      one.is_set_aside_ = true;
    } else if (one.used_ > one.filed_) {
      file(one);
      if (!least || one.used_ < least->used_) least = &one;
    } else {
      return least && least->used_ < one.used_ ? least : &one;
    }
  }
  return nullptr;
}

}  // namespace longpolld
