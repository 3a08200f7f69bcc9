#include "longpolld/thread/store/journal_books.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <limits>

namespace longpolld {
namespace {

using guard = critical_section::guard;

constexpr std::int64_t rows_between_words = 50'000;
constexpr std::size_t damaged_told_max = 10;
constexpr std::size_t events_in_page_max = 128;  // a row takes more than 32 bytes
constexpr std::size_t fresh_rows_max = 1000;     // in a row each; beyond they are told with each start

}  // namespace

/// Reads everything once, then hands the history one category after the other, in the order of their last
/// row.
class journal_books::loader {
 public:
  loader(journal_books& of, const moment& now) : of_(of), now_(now) {}

  loaded run(const std::function<void(std::int64_t, std::int64_t)>& progress) {
    of_.whole_ = of_.file_.read_whole();
    read_categories();
    read_rows(progress);
    find_fresh();
    {
      const guard inside(of_.lock_);
      auto floor = of_.whole_.floor;
      if (of_.file_.log_damage()) floor.ordinal += fresh_;  // categories may be unknown that had as many
      of_.history_.go_on_from({of_.whole_.key, floor, of_.whole_.time}, now_);
    }
    for (auto& [number, one] : books_) order_.push_back(&one);
    std::sort(order_.begin(), order_.end(),
              [](const book* a, const book* b) { return a->last_row < b->last_row; });
    for (auto* one : order_) restore(*one);
    if (of_.fresh_rows_.size() > fresh_rows_max) {
      of_.fresh_rows_.clear();
      of_.fresh_gaps_.clear();
    }
    return result_;
  }

 private:
  struct removal {
    std::uint64_t first, last;
    bool is_gap;
  };
  struct book {
    named* in;
    std::uint64_t epoch;
    std::int64_t last_row = 0;
    std::vector<boost::intrusive_ptr<event>> events;
    std::vector<removal> removals;
  };

  void read_categories() {
    of_.file_.read_categories([&](const category& one) {
      if (!one.fits || one.name.size() > category_bytes_max) {
        throw journal_fault(journal_fault::kind::damaged, of_.file_.path() + ": table category, row " +
                                                              std::to_string(one.number) +
                                                              ": is damaged; restore the file from a backup");
      }
      auto& made = *of_.names_.emplace(one.name, filed{one.number, 0, one.lost, one.last}).first;
      of_.numbers_[one.number] = &made;
      of_.next_category_ = std::max(of_.next_category_, one.number + 1);
      books_.emplace(one.number, book{&made, category_epoch(of_.whole_.key, one.name), 0, {}, {}});
    });
  }

  void read_rows(const std::function<void(std::int64_t, std::int64_t)>& progress) {
    const auto extent = of_.file_.log_extent();
    if (!extent) return;
    of_.first_row_ = of_.next_row_ = extent->first;
    std::int64_t all = 0;  // a number may be damaged
    if (__builtin_sub_overflow(extent->last, extent->first, &all))
      all = std::numeric_limits<std::int32_t>::max();
    all = std::clamp<std::int64_t>(all + 1, 1, std::numeric_limits<std::int32_t>::max());
    of_.file_.read_log(std::numeric_limits<std::int64_t>::min(), [&](const entry& one) {
      for (; of_.next_row_ < one.number; ++of_.next_row_) {
        damaged(of_.next_row_, "is missing");
        if (result_.damaged > 1'000'000) break;  // it is its number that is damaged
      }
      of_.next_row_ = one.number + 1;
      take(one);
      if (++read_ % rows_between_words == 0) progress(read_, all);
      return true;
    });
  }

  void take(const entry& one) {
    const auto in = books_.find(one.category);
    if (in != books_.end()) ++in->second.in->second.rows;
    of_.rows_of_.add(one);
    if (one.fits && one.is == kind::told) {
      told_.push_back({static_cast<std::int64_t>(one.from.ordinal), static_cast<std::int64_t>(one.to)});
      return;
    }
    if (!one.fits || in == books_.end()) {
      return damaged(one.number, one.fits ? "is of no known category" : "is damaged");
    }
    auto& of = in->second;
    if (one.is == kind::event) {
      newest_ = std::max(newest_, one.from.ms);
      of.last_row = one.number;
      of.events.push_back(wire::restore_event(one.data, {one.from, of.epoch}));
    } else {
      of.removals.push_back({one.from.ordinal, one.to, one.is == kind::purged});
    }
  }

  void damaged(std::int64_t row, std::string_view what) {
    ++result_.damaged;
    damaged_.push_back({row, what});
  }

  /// When it was published, by a clock that may have been set back since: time goes on from what is known.
  [[nodiscard]] steady_time published(const event& one) const {
    const auto wall = std::max({now_.wall, of_.whole_.time, newest_});
    return now_.steady - std::chrono::milliseconds(wall - one.at.ms);
  }

  /// A start that has told of a row has noted that, further behind.
  void find_fresh() {
    for (const auto& [row, what] : damaged_) {
      const bool is_told = std::any_of(told_.begin(), told_.end(), [&, number = row](const row_range& one) {
        return one.first <= number && number <= one.last;
      });
      if (is_told) continue;
      auto& all = of_.fresh_rows_;
      if (!all.empty() && all.back().last + 1 == row) {
        all.back().last = row;
      } else {
        all.push_back({row, row});
      }
      if (++fresh_ > damaged_told_max) continue;
      log::error("a row of the journal is not used, and subscribers are told a gap",
                 {{"file", of_.file_.path()}, {"table", "log"}, {"row", row}, {"which", what}});
    }
    const auto& cut = of_.file_.log_damage();
    if (!cut) return;
    fresh_ += static_cast<std::size_t>(cut->frames) * events_in_page_max;
    // Pages that were not synced come to the disk in any order.
    if (of_.file_.syncs()) result_.damaged += static_cast<std::size_t>(cut->frames);
    log::write(
        of_.file_.syncs() ? log::level::error : log::level::warn,
        of_.file_.syncs()
            ? "the journal's log is damaged; what is behind is lost, and subscribers are told a gap"
            : "the end of the journal's log is lost, as by a power cut, and subscribers are told a gap",
        {{"file", sql_log_path(of_.file_.path())}, {"byte", cut->at}, {"pages", cut->frames}});
  }

  void restore(book& one) {
    auto& all = one.events;
    const auto& kept = one.in->second;
    const auto ordinal_less = [](const auto& a, const auto& b) { return a->at.ordinal < b->at.ordinal; };
    std::sort(all.begin(), all.end(), ordinal_less);
    position lost = kept.lost;
    position last = kept.last;
    if (!all.empty() && all.back()->at.ordinal > last.ordinal) last = all.back()->at;
    std::vector<bool> gone(all.size());
    std::uint64_t gap = 0;
    for (const auto& removed : one.removals) {
      if (removed.is_gap) {
        gap = std::max(gap, removed.last);
        last.ordinal = std::max(last.ordinal, removed.last);
      }
      auto at = std::lower_bound(all.begin(), all.end(), removed.first,
                                 [](const auto& known, std::uint64_t of) { return known->at.ordinal < of; });
      for (; at != all.end() && (*at)->at.ordinal <= removed.last; ++at) {
        gone[static_cast<std::size_t>(at - all.begin())] = true;
        if (removed.is_gap && (*at)->at.ordinal > lost.ordinal) lost = (*at)->at;
      }
    }
    std::vector<event_ptr> living;
    std::uint64_t before = lost.ordinal;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (gone[i] || all[i]->at.ordinal <= before) continue;
      before = all[i]->at.ordinal;
      all[i]->published = published(*all[i]);
      living.push_back(std::move(all[i]));
    }
    std::vector<boost::intrusive_ptr<event>>().swap(all);
    // Which category a damaged row was of is not known, nor which number it had: one of these, which are not
    // given again.
    if (fresh_ > 0) {
      const auto first = last.ordinal + 1;
      last.ordinal += fresh_;
      gap = last.ordinal;
      of_.fresh_gaps_.push_back({one.in, first, gap});
    }
    history::publication done;
    const guard inside(of_.lock_);
    of_.history_.restore({one.in->first, lost, last, gap, living}, now_, done);
    if (const auto* made = of_.history_.find(one.in->first)) result_.events += made->ring.size();
  }

  journal_books& of_;
  const moment now_;
  loaded result_;
  std::int64_t read_ = 0;
  unix_ms newest_ = 0;     // of all events
  std::size_t fresh_ = 0;  // damaged, and not told of by an earlier start
  std::vector<std::pair<std::int64_t, std::string_view>> damaged_;
  std::vector<row_range> told_;
  boost::unordered_flat_map<std::int64_t, book> books_;
  std::vector<book*> order_;
};

journal_books::loaded journal_books::load(const moment& now,
                                          const std::function<void(std::int64_t, std::int64_t)>& progress) {
  return loader(*this, now).run(progress);
}

}  // namespace longpolld
