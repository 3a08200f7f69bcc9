#pragma once

#include "longpolld/thread/store/journal_fault.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace longpolld {

/// SQLite as the journal needs it; what fails throws a journal_fault, want of memory std::bad_alloc.
/// Thread: one at a time.
class sql_database {
 public:
  /// Opens a file that is there. `path` must not lead through a symbolic link.
  sql_database(const std::string& path, bool may_write);

  void run(const char* text);
  [[nodiscard]] std::int64_t number(const char* text);

  /// Whether a transaction is open.
  [[nodiscard]] bool is_in_transaction() const;
  /// Pages in the write-ahead log since it was last begun anew.
  [[nodiscard]] int log_pages() const { return *log_pages_; }
  /// Copies the write-ahead log into the file, so that it can be begun anew.
  void checkpoint();
  /// Brings the write-ahead log to the disk.
  void sync_log();
  /// Leaves the write-ahead log as it is when this is destroyed, but for end_log().
  void keep_log();
  /// Copies all of it into the file, and it begins anew.
  void end_log();
  /// Whether file or write-ahead log are not any more where they were opened.
  [[nodiscard]] bool has_moved();
  /// Bytes of the file and its write-ahead log.
  [[nodiscard]] std::int64_t bytes() const;

  [[nodiscard]] sqlite3* handle() const { return db_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Throws what the last call that returned `code` failed with.
  [[noreturn]] void fail(int code) const;

 private:
  struct close {
    void operator()(sqlite3* one) const;
  };
  std::string path_;
  journal_fault unsynced_;  // made while there is memory: it must be told also when there is none
  std::unique_ptr<int> log_pages_ = std::make_unique<int>(0);
  std::unique_ptr<sqlite3, close> db_;
  std::uint64_t log_inode_ = 0;  // once it was seen
};

/// A prepared statement. What is bound must stand until it is done.
class sql_statement {
 public:
  sql_statement(sql_database& of, std::string_view text);

  sql_statement& bind(int place, std::int64_t value);
  sql_statement& bind(int place, std::string_view bytes);
  /// Whether there is a row; the statement begins anew after the last.
  [[nodiscard]] bool step();
  /// Runs it to its end.
  void run();
  /// Leaves the rest out.
  void reset() noexcept;

  [[nodiscard]] std::int64_t number(int column) const;
  /// Valid until the next step.
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  struct finalize {
    void operator()(sqlite3_stmt* one) const;
  };
  sql_database* of_;
  std::unique_ptr<sqlite3_stmt, finalize> made_;
};

}  // namespace longpolld
