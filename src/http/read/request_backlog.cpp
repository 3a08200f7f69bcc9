#include "longpolld/http/read/request_backlog.hpp"

#include <utility>

namespace longpolld {

request_backlog::request_backlog(byte_gauge& bytes, shard_lines& all, std::function<void()> ask,
                                 std::function<void(held_request&)> refuse)
    : shard_line(bytes, all, std::move(ask)), refuse_(std::move(refuse)) {}

void request_backlog::add(held_request& one, steady_time now) {
  if (one.is_linked()) return;
  one.held_since = now;
  line_.push_back(one);
  note_first();
}

void request_backlog::remove(held_request& one) noexcept {
  if (!one.is_linked()) return;
  one.unlink();
  note_first();
}

void request_backlog::note_first() noexcept {
  set_since(line_.empty() ? steady_time::max() : line_.front().held_since);
}

void request_backlog::end_first(bool) { refuse_(line_.front()); }

}  // namespace longpolld
