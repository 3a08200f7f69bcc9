#pragma once

#include <cstdint>
#include <sqlite3.h>
#include <stdexcept>
#include <string>
#include <utility>

namespace bench {

/// Plain SQLite that commits rows as a journal has them, synced, and nothing else.
class plain_sqlite {
 public:
  plain_sqlite(const char* path, std::size_t data_bytes) : data_(data_bytes, 'x') {
    check(sqlite3_open(path, &db_));
    check(sqlite3_exec(db_,
                       "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                       "CREATE TABLE log(n INTEGER PRIMARY KEY, category INTEGER, kind INTEGER, ms INTEGER,"
                       " ordinal INTEGER, last INTEGER, sum INTEGER, data BLOB);",
                       nullptr, nullptr, nullptr));
    begin_ = prepare("BEGIN IMMEDIATE");
    insert_ = prepare("INSERT INTO log VALUES(?,?,?,?,?,?,?,?)");
    commit_ = prepare("COMMIT");
  }
  ~plain_sqlite() {
    for (auto* one : {begin_, insert_, commit_}) sqlite3_finalize(one);
    sqlite3_close(db_);
  }
  plain_sqlite(const plain_sqlite&) = delete;
  plain_sqlite& operator=(const plain_sqlite&) = delete;

  void commit(std::int64_t rows) {
    run(begin_);
    for (const auto last = n_ + rows; n_ < last;) {
      ++n_;
      const std::int64_t values[] = {n_, n_ % 1000 + 1,   0, 1'700'000'000'000 + n_, n_ / 1000,
                                     0,  n_ * 0x1234'5678};
      for (int place = 0; place < 7; ++place) sqlite3_bind_int64(insert_, place + 1, values[place]);
      sqlite3_bind_blob(insert_, 8, data_.data(), static_cast<int>(data_.size()), SQLITE_STATIC);
      run(insert_);
    }
    run(commit_);
  }
  [[nodiscard]] std::int64_t rows() const { return n_; }

 private:
  void check(int code) const {
    if (code != SQLITE_OK && code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  sqlite3_stmt* prepare(const char* text) {
    sqlite3_stmt* made = nullptr;
    check(sqlite3_prepare_v2(db_, text, -1, &made, nullptr));
    return made;
  }
  void run(sqlite3_stmt* one) const {
    check(sqlite3_step(one));
    sqlite3_reset(one);
  }

  const std::string data_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt *begin_ = nullptr, *insert_ = nullptr, *commit_ = nullptr;
  std::int64_t n_ = 0;
};

}  // namespace bench
