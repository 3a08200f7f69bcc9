#include "longpolld/http/reply/reply_backlog.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace longpolld {
namespace {

// A reader that has read on may stand still for so much longer than others: the system's buffers, and pauses
// of a slow line, hide that it reads.
constexpr std::chrono::seconds read_credit{2};

const void* key_of(const unread_reply& one) {
  return one.body ? static_cast<const void*>(one.body.get()) : static_cast<const void*>(&one);
}

steady_time rank_of(const held_reply& one) {
  return one.last_taken + (one.is_read ? read_credit : read_credit.zero());
}

}  // namespace

held_reply::held_reply(byte_gauge& in, body_ptr body) : in_(in), body_(std::move(body)) {
  std::size_t pinned = 0;
  if (body_) {
    for (const auto& one : body_->events()) pinned += one->pin() ? one->cost_bytes() : 0;
  }
  own_bytes_.hold(in, sizeof *this + (body_ ? body_->own_bytes() : 0));
  in_.add(static_cast<std::int64_t>(pinned));
}

held_reply::~held_reply() {
  std::size_t unpinned = 0;
  if (body_) {
    for (const auto& one : body_->events()) unpinned += one->unpin() ? one->cost_bytes() : 0;
  }
  in_.add(-static_cast<std::int64_t>(unpinned));
}

unread_reply::~unread_reply() {
  if (in) in->remove(*this);
}

std::size_t unread_reply::pieces(std::span<std::string_view> into) const {
  into[0] = head;
  const std::size_t of_body = body ? body->pieces(at, into.subspan(1)) : 0;
  return of_body == 0 && head.empty() ? 0 : 1 + of_body;
}

void unread_reply::wrote(std::size_t bytes) {
  written += bytes;
  const auto of_head = std::min(bytes, head.size());
  head.erase(0, of_head);
  if (body) at = body->after(at, bytes - of_head);
}

void unread_reply::earn(std::uint64_t acknowledged, steady_time now, const config& limits) {
  using seconds = std::chrono::duration<double>;
  const auto more = static_cast<double>(acknowledged - std::exchange(taken, acknowledged));
  const auto rate = static_cast<double>(limits.min_reply_bytes_per_second);
  const std::chrono::seconds most(limits.write_timeout_seconds);
  const bool earns_all = more >= rate * static_cast<double>(limits.write_timeout_seconds);
  const auto earned =
      earns_all ? most : std::chrono::duration_cast<steady_time::duration>(seconds(more / rate));
  until = std::min(now + most, until + earned);
}

reply_backlog::reply_backlog(reply_room& in, std::function<void()> ask)
    : shard_line(in.bytes, in.lines, std::move(ask)) {}

void reply_backlog::add(unread_reply& one, steady_time now) {
  const auto [known, is_new] = held_.try_emplace(key_of(one), bytes(), one.body);
  auto& held = known->second;
  if (is_new) {
    held.last_taken = now;
    not_read_.push_back(held);
  }
  held.readers.push_back(one);
  one.head_bytes.hold(bytes(), sizeof one + one.head.capacity() + one.other_bytes);
  one.in = this;
  one.held_by = &held;
  one.added = one.last_taken = now;
  note_first();
}

/// What is found more at the first look after that time may still be what buffers took before.
bool reply_backlog::looked_at(unread_reply& one, bool took_more, steady_time now) {
  const bool was_settled = std::exchange(one.is_settled, now - one.added >= settles_within);
  if (took_more) one.last_taken = now;
  if (!took_more || !was_settled) return false;
  auto& held = *one.held_by;
  held.is_read = true;
  held.last_taken = now;
  held.unlink();
  read_.push_back(held);
  note_first();
  return true;
}

void reply_backlog::remove(unread_reply& one) noexcept {
  one.unlink();
  if (!one.held_by->readers.empty()) return;
  held_.erase(key_of(one));
  note_first();
}

held_reply* reply_backlog::first() noexcept {
  held_reply* found = not_read_.empty() ? nullptr : &not_read_.front();
  if (!read_.empty() && (!found || rank_of(read_.front()) < rank_of(*found))) found = &read_.front();
  return found;
}

void reply_backlog::note_first() noexcept {
  const auto* one = first();
  set_since(one ? rank_of(*one) : steady_time::max());
}

void reply_backlog::end_first(bool must) {
  auto& readers = first()->readers;  // gone with the last of them
  // The system tells of a reader's progress when there is much room again; before one is cut off it is asked.
  if (!must && std::any_of(readers.begin(), readers.end(), [](unread_reply& one) { return one.look(); }))
    return;
  for (auto count = readers.size(); count > 0; --count) readers.front().cut_off();
}

}  // namespace longpolld
