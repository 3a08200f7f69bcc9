#include "longpolld/thread/store/sql.hpp"

#include "longpolld/thread/store/sql_log_check.hpp"

#include <cstring>
#include <new>
#include <sqlite3.h>
#include <sys/stat.h>
#include <utility>

namespace longpolld {
namespace {

/// The write-ahead log's, or null.
sqlite3_file* log_of(sqlite3* db) {
  sqlite3_file* log = nullptr;
  const int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
  return code == SQLITE_OK && log && log->pMethods ? log : nullptr;
}

/// Of what failed in a commit SQLite keeps the reason only with the file.
int system_error(sqlite3* db, int code) {
  if (const int known = sqlite3_system_errno(db); known != 0 || (code & 0xff) != SQLITE_IOERR) return known;
  int found = 0;
  if (auto* log = log_of(db)) log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &found);
  if (found == 0) sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &found);
  return found;
}

std::string text_of(sqlite3* db, int code) {
  std::string text = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  const int system = db ? system_error(db, code) : 0;
  if (system != 0 && (code & 0xff) != SQLITE_BUSY) text.append(": ").append(std::strerror(system));
  return text;
}

journal_fault::kind kind_of(int code) {
  using enum journal_fault::kind;
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) return unsynced;
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged;
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return refused;
    default:
      return failed;
  }
}

}  // namespace

void sql_database::close::operator()(sqlite3* one) const { sqlite3_close_v2(one); }

sql_database::sql_database(const std::string& path, bool may_write)
    : path_(path),
      unsynced_(journal_fault::kind::unsynced,
                sql_log_path(path) + ": " + sqlite3_errstr(SQLITE_IOERR_FSYNC)) {
  const int flags = (may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  db_.reset(opened);
  if (code != SQLITE_OK) fail(code);
  if (may_write && sqlite3_db_readonly(opened, "main") == 1) {
    throw journal_fault(journal_fault::kind::refused, path + ": may not be written");
  }
  // In place of SQLite's own, which checkpoints; setting wal_autocheckpoint would take it away again.
  sqlite3_wal_hook(
      opened,
      [](void* pages, sqlite3*, const char*, int now) {
        *static_cast<int*>(pages) = now;
        return SQLITE_OK;
      },
      log_pages_.get());
}

void sql_database::fail(int code) const try {
  if ((code & 0xff) == SQLITE_NOMEM) throw std::bad_alloc();
  const auto what = (code & 0xff) == SQLITE_BUSY ? "another process has it open" : text_of(db_.get(), code);
  throw journal_fault(kind_of(code), path_ + ": " + what);
} catch (const std::bad_alloc&) {
  if (kind_of(code) == journal_fault::kind::unsynced) throw unsynced_;
  throw;
}

void sql_database::run(const char* text) {
  const int code = sqlite3_exec(db_.get(), text, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t sql_database::number(const char* text) {
  sql_statement asked(*this, text);
  return asked.step() ? asked.number(0) : 0;
}

bool sql_database::is_in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

/// Not left to SQLite, which does not tell when that fails.
void sql_database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void sql_database::sync_log() {
  auto* log = log_of(db_.get());
  if (!log) return;
  const int code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK) throw unsynced_;
}

void sql_database::keep_log() { sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

void sql_database::end_log() {
  run("PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

bool sql_database::has_moved() {
  int moved = 0;
  const int code = sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (code != SQLITE_OK) fail(code);
  struct stat log {};
  const bool is_there = ::stat(sql_log_path(path_).c_str(), &log) == 0;
  if (log_inode_ == 0 && is_there) log_inode_ = log.st_ino;
  return moved != 0 || (log_inode_ != 0 && (!is_there || log.st_ino != log_inode_));
}

std::int64_t sql_database::bytes() const {
  struct stat of {};
  std::int64_t sum = 0;
  if (::stat(path_.c_str(), &of) == 0) sum += of.st_size;
  if (::stat(sql_log_path(path_).c_str(), &of) == 0) sum += of.st_size;
  return sum;
}

void sql_statement::finalize::operator()(sqlite3_stmt* one) const { sqlite3_finalize(one); }

sql_statement::sql_statement(sql_database& of, std::string_view text) : of_(&of) {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(of.handle(), text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) of.fail(code);
  made_.reset(made);
}

sql_statement& sql_statement::bind(int place, std::int64_t value) {
  const int code = sqlite3_bind_int64(made_.get(), place, value);
  if (code != SQLITE_OK) of_->fail(code);
  return *this;
}

sql_statement& sql_statement::bind(int place, std::string_view bytes) {
  const int code = sqlite3_bind_blob64(made_.get(), place, bytes.data(), bytes.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) of_->fail(code);
  return *this;
}

bool sql_statement::step() {
  const int code = sqlite3_step(made_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    try {
      of_->fail(code);  // before it is reset, which forgets why
    } catch (...) {
      reset();
      throw;
    }
  }
  reset();
  return false;
}

void sql_statement::run() {
  while (step()) {
  }
}

void sql_statement::reset() noexcept { sqlite3_reset(made_.get()); }

std::int64_t sql_statement::number(int column) const { return sqlite3_column_int64(made_.get(), column); }

std::string_view sql_statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(made_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(made_.get(), column));
  if (!data && sqlite3_errcode(of_->handle()) == SQLITE_NOMEM) throw std::bad_alloc();
  return data ? std::string_view(data, size) : std::string_view();
}

}  // namespace longpolld
