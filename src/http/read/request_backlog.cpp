#include "longpolld/http/read/request_backlog.hpp"

namespace longpolld {

held_request::~held_request() {
  if (in) in->remove(*this);
}

void request_backlog::add(held_request& one, steady_time now) {
  if (one.is_linked()) return;
  one.held_since = now;
  one.in = this;
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

void request_backlog::end_first(bool) { line_.front().refuse(); }

}  // namespace longpolld
