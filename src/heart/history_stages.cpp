#include "longpolld/heart/history.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace longpolld {

/// The records are pinned first, which may fail: so a number, once given, is not taken back alone.
void history::stamp(std::span<wire::draft> drafts, const moment& now) {
  assert(shown_ == 0);
  const std::size_t before = under_way_.size();
  try {
    under_way_.reserve(before + drafts.size());
    for (const auto& one : drafts) under_way_.push_back({&pin(one.category), {}, nullptr});
  } catch (const std::bad_alloc&) {
    for (; under_way_.size() > before; under_way_.pop_back()) unpin(*under_way_.back().in);
    throw;
  }
  const unix_ms time = clock_.read(now);
  published_ = std::max(published_, now.steady);
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    auto& next = under_way_[before + i];
    auto& in = *next.in;
    const position last = in.under_way > 0 ? under_way_[in.under_way - 1].id.at : in.ring.last();
    next.id = next_id(in, last, time);
    next.text = std::move(drafts[i].text);
    next.text->published = published_;
    in.under_way = static_cast<std::uint32_t>(before + i + 1);
    first_under_way_ = std::min(first_under_way_, next.id.at.ms);
  }
}

bool history::show(std::size_t most, publication& into) {
  for (; most > 0 && shown_ < under_way_.size(); --most) {
    auto& next = under_way_[shown_];
    auto& in = *next.in;
    in.ring.reserve();  // from here on nothing fails
    if (!in.has_history()) {
      make_room(into);
      books_.begin_history(in);
    }
    keep(in, std::move(next.text), into);
    if (in.under_way == ++shown_) in.under_way = 0;
    unpin(in);
  }
  if (shown_ < under_way_.size()) return false;
  under_way_.clear();
  shown_ = 0;
  first_under_way_ = unix_ms_end;
  return true;
}

void history::abandon() noexcept {
  assert(shown_ == 0);
  for (auto& one : under_way_) {
    one.in->under_way = 0;
    unpin(*one.in);
  }
  under_way_.clear();
  first_under_way_ = unix_ms_end;
}

}  // namespace longpolld
