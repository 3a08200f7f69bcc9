#include "longpolld/http/reply/reply_backlog.hpp"

namespace longpolld {
namespace {

const void* key_of(const unread_reply& one) {
  return one.body ? static_cast<const void*>(one.body.get()) : static_cast<const void*>(&one);
}

}  // namespace

unread_reply::~unread_reply() {
  if (in) in->remove(*this);
}

reply_backlog::reply_backlog(reply_room& in, std::function<void()> ask,
                             std::function<void(connection&)> cut_off)
    : room_(in), ask_(std::move(ask)), cut_off_(std::move(cut_off)) {
  room_.backlogs.push_back(this);
}

void reply_backlog::add(unread_reply& one, steady_time now) {
  auto& held = held_[key_of(one)];
  held.body_bytes.hold(room_.bytes, sizeof held + (one.body ? one.body->size() : 0));
  held.readers.push_back(one);
  one.head_bytes.hold(room_.bytes, sizeof one + one.head.capacity());
  one.in = this;
  one.held_by = &held;
  moved(one, now);
}

void reply_backlog::moved(unread_reply& one, steady_time now) {
  auto& held = *one.held_by;
  one.last_taken = held.last_taken = now;
  held.unlink();
  line_.push_back(held);
  note_front();
}

void reply_backlog::remove(unread_reply& one) noexcept {
  one.unlink();
  if (!one.held_by->readers.empty()) return;
  held_.erase(key_of(one));
  note_front();
}

void reply_backlog::note_front() noexcept {
  const auto since = line_.empty() ? steady_time::max() : line_.front().last_taken;
  front_since_.store(since.time_since_epoch().count(), std::memory_order_relaxed);
}

void reply_backlog::cut_off_first() {
  auto& first = line_.front().readers;  // gone with the last of them
  for (auto count = first.size(); count > 0; --count) cut_off_(first.front().reader);
}

reply_backlog& reply_backlog::worst_shard() {
  auto* found = this;
  for (auto* one : room_.backlogs) {
    if (one->stood_since() < found->stood_since()) found = one;
  }
  return *found;
}

void reply_backlog::request() noexcept {
  if (asked_.exchange(true)) return;
  try {
    ask_();
  } catch (const std::exception&) {  // no memory: the next reply asks again
    asked_ = false;
  }
}

void reply_backlog::shed() {
  asked_ = false;
  while (room_.bytes.is_over()) {
    auto& shard = worst_shard();
    if (shard.stood_since() == steady_time::max()) return;
    // Another shard does it in its own time, so what there is room for may be exceeded by a quarter.
    const bool can_wait = room_.bytes.now() <= room_.bytes.most() + room_.bytes.most() / 4;
    if (&shard != this && (can_wait || line_.empty())) return shard.request();
    cut_off_first();
  }
}

}  // namespace longpolld
