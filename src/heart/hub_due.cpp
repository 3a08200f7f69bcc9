#include "longpolld/heart/hub.hpp"
#include "longpolld/parts/fetch_ahead.hpp"

#include <cassert>

namespace longpolld {
namespace {

using guard = critical_section::guard;

constexpr std::size_t fair_share = 64;  // polls of one list that become due before others have their turn

}  // namespace

/// Whether polls like this at the same place get the same reply.
bool hub::is_plain(const poll& one) const {
  return one.seat_count_ == 1 && one.gaps_ == 0 && one.warning_ == 0;
}

/// Finds out what a parked poll gets; `ends`: even if that is only its timeout. Returns whether it gets
/// anything. Inside the critical section. What throws has changed nothing.
bool hub::look(poll& one, bool ends, const moment& now) {
  reaches from;
  due_found_ = {};
  due_in_.clear();
  bool any = false;
  for (std::size_t i = 0; i < one.seat_count_; ++i) {
    const auto& place = seat_of(one, i);
    auto& in = *place.in->record;
    auto& found_here = from.emplace_back(history_.alive(reach_of(in, place.from), now));
    found_here.gap = found_here.gap || ((one.gaps_ >> i) & 1U) != 0;
    any = any || found_here.any();
    due_in_.push_back(&in);
  }
  if (!any && !ends) return false;
  const bool deletes = limits_.delete_event_after_first_retrieval;
  due_is_shared_ = is_plain(one) && !deletes;
  gather(from, due_is_shared_, due_found_);
  if (!any) {
    due_found_.timestamp = history_.promise(from, now);
    if (one.cacheable_ == poll::only_events) one.cacheable_ = poll::uncacheable;
    if (one.is_cacheable()) due_found_.suffix = history_.suffixes().at(one.cacheable_, now.steady);
  }
  if (deletes) {
    for (const auto& given : due_found_.events) given->give();
  }
  due_warning_ = static_cast<reply_warning>(one.warning_);
  due_body_ = nullptr;
  return true;
}

void hub::make_due(poll& one, discarded_events& discarded) noexcept {
  stand_up(one, discarded);
  one.is_due_ = true;
  due_.push_back(one.first_);
}

bool hub::serve(const moment& now) {
  assert(due_.empty());
  discarded_events discarded;
  const guard inside(section_);
  auto* list = inbox_.front();
  if (!list) return false;
  auto* front = list->polls.empty() ? nullptr : list->polls.front().owner;
  const bool any = front && look(*front, false, now);
  inbox_.pop();
  if (any) {
    const auto from = list->polls.front().from;
    const bool is_alone = !is_plain(*front);
    for (auto left = fair_share; front; --left) {
      make_due(*front, discarded);
      front = nullptr;
      if (is_alone || left == 1 || list->polls.empty() || list->polls.front().from != from) break;
      auto& next = *list->polls.front().owner;
      fetch_ahead(&next);
      if (is_plain(next)) front = &next;
    }
  }
  if (list->count == 0) {
    history_.unlink(*list);
    idle_.push_back(*list);
  } else if (any) {
    inbox_.push(*list);
  } else {
    history_.relink(*list);
  }
  history_.settle(*list->record, discarded);
  return true;
}

bool hub::end(deadline* popped, const moment& now) {
  assert(due_.empty());
  if (!popped) return false;
  auto& one = static_cast<poll&>(*popped);
  discarded_events discarded;
  const guard inside(section_);
  try {
    look(one, true, now);
  } catch (const std::exception&) {
    timeouts_.arm(one, {});  // its time is over the next time too
    throw;
  }
  make_due(one, discarded);
  return true;
}

void hub::forget_due() noexcept {
  due_found_ = {};
  due_body_ = nullptr;
}

poll* hub::pop_due(body_ptr& body) {
  if (due_.empty()) return nullptr;
  if (!due_body_) {
    due_body_ = replies_.render(due_found_, due_warning_, due_is_shared_,
                                [&](std::size_t i) { return due_in_[i]->name(); });
  }
  auto& one = *due_.front().owner;
  due_.pop_front();
  one.is_due_ = false;
  one.others_.reset();
  body = due_body_;
  given_since_ = due_found_.since;
  count(due_found_);
  if (due_.empty()) {
    forget_due();
  } else {
    fetch_ahead(due_.front().owner);
  }
  return &one;
}

}  // namespace longpolld
