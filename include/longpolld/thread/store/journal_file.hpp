#pragma once

#include "longpolld/parts/position.hpp"
#include "longpolld/thread/store/sql.hpp"
#include "longpolld/thread/store/sql_log_check.hpp"

#include <functional>
#include <optional>

namespace longpolld {

/// What a journal's file holds, row by row. Each row carries a sum over all that is in it: what does not fit
/// it is never used. Rows of the log are numbered without a hole and leave it at its beginning only.
struct journal_rows {
  static constexpr std::int64_t page_bytes = 4096;
  enum class kind : std::uint8_t {
    event,   ///< `from` is its position, `data` its text
    taken,   ///< a subscriber was given events `from.ordinal` to `to`, and they are deleted
    purged,  ///< events `from.ordinal` to `to` are gone, and subscribers are told so
    told,    ///< rows `from.ordinal` to `to` were damaged, and what they may have been is told: see purged
  };
  struct whole {
    std::uint64_t key = 0;  ///< of the history
    position floor{};
    unix_ms time = 0;  ///< of the log's clock, when something was last promised or stored
  };
  struct category {
    std::int64_t number = 0;
    std::string_view name{};
    position lost{}, last{};  ///< when rows of it last left the file
    bool fits = true;         ///< its sum
  };
  struct entry {
    std::int64_t number = 0;
    std::int64_t category = 0;
    kind is = kind::event;
    position from{};
    std::uint64_t to = 0;
    std::string_view data{};
    bool fits = true;  ///< its sum

    /// About what the history charges for the event in it.
    [[nodiscard]] std::int64_t cost_bytes() const { return static_cast<std::int64_t>(data.size()) + 210; }
    /// About what it takes of the file, among rows of its size.
    [[nodiscard]] std::int64_t room_bytes() const;
  };
  /// What a publish that may be repeated was answered.
  struct repeat {
    std::int64_t number = 0;
    std::string_view key{}, body{};  ///< digests
    unix_ms time = 0;
    std::string_view ids{};  ///< of its events
    bool fits = true;        ///< its sum
  };
};

/// A journal's file. Thread: one at a time.
class journal_file : journal_rows {
 public:
  /// The format it writes; a file of a greater one is refused.
  static constexpr std::int64_t format = 1;

  /// Opens the file, or makes it, for its owner alone, for a history that begins with `begin`, if that is
  /// given; nobody else can open it meanwhile. Throws a journal_fault. `syncs`: each commit is on the disk
  /// when it returns.
  journal_file(const std::string& path, const std::optional<whole>& begin, bool syncs);

  [[nodiscard]] bool syncs() const { return syncs_; }
  /// What was committed to the write-ahead log, and is not read: until end_log() it is found again.
  [[nodiscard]] const std::optional<sql_log_damage>& log_damage() const { return log_damage_; }
  /// Once it is known what is lost: brings all into the file, and the log begins anew.
  void end_log() {
    db_.end_log();
    log_damage_.reset();
  }

  // -- reading; whatever does not fit its sum is told as such

  /// Throws a journal_fault when it does not fit.
  [[nodiscard]] whole read_whole();
  void read_categories(const std::function<void(const category&)>& each);
  /// From the row `from` on, until `each` returns false.
  void read_log(std::int64_t from, const std::function<bool(const entry&)>& each);
  void read_repeats(const std::function<void(const repeat&)>& each);
  /// Numbers of the first and the last row of the log; nothing when it is empty.
  struct extent {
    std::int64_t first, last;
  };
  [[nodiscard]] std::optional<extent> log_extent();

  // -- writing, between begin() and commit()

  void begin();
  void write(const whole& what);
  void write(const category& what);
  void write(const entry& what);
  void write(const repeat& what);
  void remove_category(std::int64_t number);
  void remove_repeats_before(std::int64_t first);
  void remove_log_until(std::int64_t last);
  void commit();
  /// Does nothing when no transaction is open. Must not fail: whoever calls has failed already.
  void rollback() noexcept;

  /// Brings to the disk what was committed.
  void sync() { db_.sync_log(); }
  /// Bounds the write-ahead log; to be called now and then after a commit.
  void tidy();
  /// Copies all of the write-ahead log into the file.
  void checkpoint() { db_.checkpoint(); }
  /// Writes all of the file anew, without what was deleted.
  void compact();
  /// Pages of the file that hold something, and that hold nothing, as of what was written so far.
  [[nodiscard]] std::int64_t used_pages();
  [[nodiscard]] std::int64_t free_pages();
  /// Moves what is at the end of the file to `pages` that hold nothing, so that it gets shorter with a later
  /// checkpoint. Between begin() and commit().
  void give_back(std::int64_t pages);
  [[nodiscard]] std::int64_t bytes() const { return db_.bytes(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct prepared;
  void create(const whole& begin);
  void check_format();

  const std::string path_;
  const bool syncs_;
  std::optional<sql_log_damage> log_damage_;  // looked for before the database is opened
  sql_database db_;
  std::shared_ptr<prepared> do_;
};

/// Makes the file if there is none, and says where it is without symbolic links. Throws a journal_fault when
/// it is none that a journal may be.
[[nodiscard]] std::string prepare_journal_path(const std::string& path);

}  // namespace longpolld
