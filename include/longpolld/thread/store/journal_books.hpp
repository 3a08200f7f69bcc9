#pragma once

#include "longpolld/heart/history.hpp"
#include "longpolld/parts/category.hpp"
#include "longpolld/parts/critical_section.hpp"
#include "longpolld/parts/repeat.hpp"
#include "longpolld/thread/store/journal_file.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace longpolld {

/// What of a history is in which row of a journal's file. One transaction at a time adds what was published
/// and removed, and takes from the beginning of the log what does not live any more, so that the file stays
/// within about twice what the history holds, whatever was published. Thread: one at a time.
class journal_books : journal_rows {
 public:
  /// `lock` and `of`: where the history is looked at, and its lock.
  journal_books(journal_file& file, critical_section& lock, history& of)
      : file_(file), lock_(lock), history_(of) {}

  // -- one transaction. What throws has changed nothing once undo() was called.

  void begin();
  /// An event that is stamped and finished.
  void add(std::string_view name, const position& at, std::string_view text);
  void add(const history::removal& what);
  /// How far the history has come.
  void add(const history::beginning& what);
  /// What a publish is answered that may be repeated; `what` gets its row.
  void add(repeat_of& what, const event_ids& ids, unix_ms now);
  /// Those of rows before this one are not remembered any more.
  void forget_repeats(std::int64_t before);
  /// Makes room at the beginning of the log, a share that grows with what was added; at least `rows`.
  void collect(std::size_t rows = 64);
  void commit();
  void undo() noexcept;
  /// Whether the file holds, or is, much more than what lives needs.
  [[nodiscard]] bool wants_collecting();
  /// The floor as it was committed.
  [[nodiscard]] const position& floor() const { return whole_.floor; }

  // -- at start

  struct loaded {
    std::size_t events = 0;
    std::size_t damaged = 0;  ///< rows that were not used
  };
  /// Puts the history back. `progress(rows, all)` is called now and then. Throws a journal_fault.
  loaded load(const moment& now, const std::function<void(std::int64_t, std::int64_t)>& progress);
  /// Whether something was damaged that no start has told of before.
  [[nodiscard]] bool has_fresh_damage() const { return !fresh_gaps_.empty() || file_.log_damage(); }
  /// Commits that subscribers are told of it from now on, as of any gap.
  void keep_fresh_damage();
  /// Hands over what publishes that may be repeated were answered, and when. Returns how many were damaged.
  std::size_t load_repeats(const std::function<void(const repeat_of&, const event_ids&, unix_ms)>& each);

 private:
  struct filed {
    std::int64_t number = 0;
    std::int64_t rows = 0;    // of it in the log
    position lost{}, last{};  // as they are in its row
  };
  using by_name = std::unordered_map<std::string, filed, category_hash, std::equal_to<>>;
  using named = by_name::value_type;

  /// Of rows of the log: as the history counts the events in them, and in the file.
  struct size {
    std::int64_t cost_bytes = 0, room_bytes = 0;
    void add(const entry& one) { cost_bytes += one.cost_bytes(), room_bytes += one.room_bytes(); }
    void remove(const size& one) { cost_bytes -= one.cost_bytes, room_bytes -= one.room_bytes; }
  };

  /// What a transaction adds to and takes from the books once it is committed.
  struct change {
    std::vector<named*> added, removed;  // one for each row
    std::vector<named*> made, gone;      // categories
    std::int64_t first_row = 0, next_row = 0, next_category = 0;
    size rows_of;
    std::int64_t first_repeat = 0, next_repeat = 0;
    whole of;
  };
  struct head {
    named* in;  // null: of no known category
    entry row;  // without its data
    size had;
    event_ptr alive;
    bool tells_gap;  // there are events before what it says is gone
  };
  struct row_range {
    std::int64_t first, last;
  };
  struct told_gap {
    named* in;
    std::uint64_t first, last;  // numbers that no event has
  };
  class loader;

  named& file(std::string_view name);
  void append(named& in, entry what);
  void write(const named& of);
  [[nodiscard]] std::vector<head> read_head(std::size_t most, std::int64_t most_bytes);
  void look(std::vector<head>& at);
  static void note_lost(named& of, const category_record* now, const position& row);
  void drop_unused();
  [[nodiscard]] bool is_too_large(const size& log);
  [[nodiscard]] std::int64_t spare_pages();

  journal_file& file_;
  critical_section& lock_;
  history& history_;
  by_name names_;
  boost::unordered_flat_map<std::int64_t, named*> numbers_;
  std::int64_t first_row_ = 1, next_row_ = 1, next_category_ = 1;
  std::int64_t first_repeat_ = 1, next_repeat_ = 1;
  size rows_of_;  // all of them
  whole whole_;
  std::vector<row_range> fresh_rows_;  // damaged, in order
  std::vector<told_gap> fresh_gaps_;
  change now_;
  std::size_t unused_look_ = 0;  // categories there were when unused ones were looked for
};

}  // namespace longpolld
