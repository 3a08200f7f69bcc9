#include "longpolld/thread/store/journal_books.hpp"

#include "longpolld/words/log.hpp"

#include <algorithm>
#include <set>

namespace longpolld {
namespace {

using guard = critical_section::guard;

constexpr std::int64_t spare_bytes = 1 << 20;  // so that a small history is not copied all the time
// For each row that was added: of rows that fill half a page each three of four live when there are too many.
constexpr std::size_t head_each = 6;
constexpr std::int64_t head_bytes_least = 1 << 20;
constexpr std::int64_t spare_pages_least = 256;
constexpr std::size_t looks_at_once = 64;  // in one critical section
constexpr std::size_t unused_spared = 1024;

}  // namespace

void journal_books::begin() {
  now_ = {};
  now_.first_row = first_row_;
  now_.next_row = next_row_;
  now_.rows_of = rows_of_;
  now_.next_category = next_category_;
  now_.first_repeat = first_repeat_;
  now_.next_repeat = next_repeat_;
  now_.of = whole_;
  file_.begin();
}

journal_books::named& journal_books::file(std::string_view name) {
  if (const auto known = names_.find(name); known != names_.end()) return *known;
  now_.made.reserve(now_.made.size() + 1);
  auto& made = *names_.emplace(name, filed{now_.next_category}).first;
  now_.made.push_back(&made);
  numbers_[made.second.number] = &made;
  ++now_.next_category;
  write(made);
  return made;
}

void journal_books::write(const named& of) {
  file_.write(category{of.second.number, of.first, of.second.lost, of.second.last});
}

void journal_books::append(named& in, entry what) {
  now_.added.push_back(&in);
  what.number = now_.next_row;
  what.category = in.second.number;
  file_.write(what);
  ++now_.next_row;
  now_.rows_of.add(what);
}

void journal_books::add(std::string_view name, const position& at, std::string_view text) {
  append(file(name), entry{.from = at, .data = text});
}

void journal_books::add(const history::removal& what) {
  append(file(what.category),
         entry{.is = what.is_gap ? kind::purged : kind::taken, .from = {0, what.first}, .to = what.last});
}

void journal_books::add(const history::beginning& what) {
  now_.of = {what.key, what.floor, what.time};
  file_.write(now_.of);
}

void journal_books::commit() {
  file_.commit();
  // From here on nothing fails.
  for (auto* one : now_.added) ++one->second.rows;
  for (auto* one : now_.removed) --one->second.rows;
  for (auto* one : now_.gone) {
    numbers_.erase(one->second.number);
    names_.erase(names_.find(one->first));
  }
  first_row_ = now_.first_row;
  next_row_ = now_.next_row;
  rows_of_ = now_.rows_of;
  next_category_ = now_.next_category;
  first_repeat_ = now_.first_repeat;
  next_repeat_ = now_.next_repeat;
  whole_ = now_.of;
  now_ = {};
}

void journal_books::undo() noexcept {
  file_.rollback();
  for (auto* one : now_.made) {
    numbers_.erase(one->second.number);
    names_.erase(names_.find(one->first));
  }
  now_ = {};
}

// -- the beginning of the log

/// The room that rows take is up to twice what is in them, so that it alone must not decide: when all of them
/// live there is nothing to be had.
bool journal_books::is_too_large(const size& log) {
  std::int64_t living = 0;
  {
    const guard inside(lock_);
    living = static_cast<std::int64_t>(history_.count().buffer_bytes);
  }
  const auto beyond = [&](std::int64_t bytes, std::int64_t quarters) {
    return bytes > living * quarters / 4 + spare_bytes;
  };
  return beyond(log.cost_bytes, 8) || (beyond(log.room_bytes, 10) && beyond(log.cost_bytes, 5));
}

/// How many pages hold nothing beyond those that what is written next may take.
std::int64_t journal_books::spare_pages() {
  return file_.free_pages() - spare_pages_least - file_.used_pages() / 8;
}

bool journal_books::wants_collecting() {
  return (first_row_ < next_row_ && is_too_large(rows_of_)) || spare_pages() > 0;
}

void journal_books::collect(std::size_t at_least) {
  const auto share = at_least + head_each * now_.added.size();
  if (is_too_large(now_.rows_of)) {
    const auto added_bytes = now_.rows_of.cost_bytes - rows_of_.cost_bytes;
    auto rows = read_head(share, head_bytes_least + static_cast<std::int64_t>(head_each) * added_bytes);
    look(rows);
    std::set<named*> changed;
    for (const auto& one : rows) {
      now_.rows_of.remove(one.had);
      now_.first_row = one.row.number + 1;
      if (!one.in) continue;
      now_.removed.push_back(one.in);
      changed.insert(one.in);
      if (one.alive) append(*one.in, entry{.from = one.alive->at, .data = wire::kept_text(*one.alive)});
      if (one.tells_gap) append(*one.in, one.row);
    }
    for (const auto* one : changed) write(*one);
    if (!rows.empty()) file_.remove_log_until(now_.first_row - 1);
  }
  // A transaction that only adds makes no room.
  const auto spare = now_.added.empty() || !now_.removed.empty() ? spare_pages() : 0;
  if (spare > 0) {
    file_.give_back(std::min(spare, static_cast<std::int64_t>(share)));
  }
  drop_unused();
}

std::vector<journal_books::head> journal_books::read_head(std::size_t most, std::int64_t most_bytes) {
  std::vector<head> rows;
  file_.read_log(now_.first_row, [&](const entry& one) {
    const auto in = numbers_.find(one.category);
    if (one.number >= next_row_) return false;
    auto& row = rows.emplace_back(head{in == numbers_.end() ? nullptr : in->second, one, {}, nullptr, false});
    row.had.add(one);
    row.row.data = {};
    most_bytes -= one.cost_bytes();
    return rows.size() < most && most_bytes > 0;
  });
  return rows;
}

/// Which of them live, and up to where their categories have lost what was before.
void journal_books::look(std::vector<head>& at) {
  for (std::size_t begin = 0; begin < at.size(); begin += looks_at_once) {
    const guard inside(lock_);
    for (std::size_t i = begin; i < std::min(begin + looks_at_once, at.size()); ++i) {
      auto& one = at[i];
      if (!one.in) continue;  // it was damaged
      const auto& name = one.in->first;
      const auto* now = history_.find(name);
      const bool is_event = one.row.is == kind::event;
      if (is_event) one.alive = history_.kept(name, one.row.from.ordinal);
      one.tells_gap = one.row.is == kind::purged && one.row.fits && now && !now->ring.empty() &&
                      now->ring[0]->at.ordinal < one.row.to;
      // Of a damaged row the numbers are anything; what it was is told as lost already.
      if (now || one.row.fits) note_lost(*one.in, now, is_event ? one.row.from : position{0, one.row.to});
    }
  }
}

/// What is not known of any more has lost all that it had. What lives before a gap is not lost. It may be
/// noted though the transaction fails: it is as true then.
void journal_books::note_lost(named& of, const category_record* now, const position& row) {
  const auto raise = [](position& one, const position& to) {
    if (to.ordinal > one.ordinal) one = {std::max(one.ms, to.ms), to.ordinal};
  };
  auto lost = row;
  if (now) {
    lost = now->ring.lost();
    if (!now->ring.empty() && now->ring[0]->at.ordinal <= lost.ordinal) lost = now->ring.before(0);
  }
  raise(of.second.lost, lost);
  raise(of.second.last, now ? now->ring.last() : row);
}

void journal_books::keep_fresh_damage() {
  begin();
  for (const auto& one : fresh_gaps_) {
    append(*one.in, entry{.is = kind::purged, .from = {0, one.first}, .to = one.last});
  }
  for (const auto& one : fresh_rows_) {
    file_.write(entry{.number = now_.next_row++,
                      .is = kind::told,
                      .from = {0, static_cast<std::uint64_t>(one.first)},
                      .to = static_cast<std::uint64_t>(one.last)});
    now_.rows_of.add(entry{});
  }
  if (file_.log_damage()) {
    history::beginning progress{};
    {
      const guard inside(lock_);
      progress = history_.progress();
    }
    add(progress);
  }
  commit();
  fresh_gaps_.clear();
  fresh_rows_.clear();
  if (file_.log_damage()) file_.end_log();
}

/// Categories that have no row and are forgotten. Their numbers are below the floor, which is written with
/// it.
void journal_books::drop_unused() {
  std::size_t known = 0;
  {
    const guard inside(lock_);
    known = history_.count().categories;
  }
  if (names_.size() < 2 * known + unused_spared || names_.size() < unused_look_ + unused_spared) return;
  unused_look_ = names_.size();
  const std::set<const named*> added(now_.added.begin(), now_.added.end());
  std::vector<named*> unused;
  for (auto& one : names_) {
    if (one.second.rows == 0 && !added.contains(&one)) unused.push_back(&one);
  }
  history::beginning progress{};
  for (std::size_t begin = 0; begin < unused.size(); begin += looks_at_once) {
    const guard inside(lock_);
    for (std::size_t i = begin; i < std::min(begin + looks_at_once, unused.size()); ++i) {
      if (history_.find(unused[i]->first)) unused[i] = nullptr;
    }
    progress = history_.progress();
  }
  unused.erase(std::remove(unused.begin(), unused.end(), nullptr), unused.end());
  if (unused.empty()) return;
  for (const auto* one : unused) file_.remove_category(one->second.number);
  now_.gone = std::move(unused);
  unused_look_ = names_.size() - now_.gone.size();
  add(progress);
}

}  // namespace longpolld
