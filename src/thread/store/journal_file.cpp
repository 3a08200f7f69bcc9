#include "longpolld/thread/store/journal_file.hpp"

#include "longpolld/parts/category.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace longpolld {
namespace {

using kind_of_fault = journal_fault::kind;

constexpr std::int64_t application = 0x6c70'6c64;  // "lpld"
constexpr int log_pages_max = 1000;                // as SQLite's own default: 4 MiB

constexpr const char* schema =
    "CREATE TABLE whole(n INTEGER PRIMARY KEY, key INTEGER, floor_ms INTEGER, floor_ordinal INTEGER,"
    " time INTEGER, sum INTEGER);"
    "CREATE TABLE category(n INTEGER PRIMARY KEY, name BLOB, lost_ms INTEGER, lost_ordinal INTEGER,"
    " last_ms INTEGER, last_ordinal INTEGER, sum INTEGER);"
    "CREATE TABLE log(n INTEGER PRIMARY KEY, category INTEGER, kind INTEGER, ms INTEGER, ordinal INTEGER,"
    " last INTEGER, sum INTEGER, data BLOB);"
    "CREATE TABLE repeat(n INTEGER PRIMARY KEY, key BLOB, body BLOB, time INTEGER, sum INTEGER, ids BLOB);";

/// Not against whoever writes files, but against disks and memory: any key does.
template <std::size_t Count>
std::int64_t sum_of(std::string_view bytes, const std::array<std::int64_t, Count>& numbers) {
  char text[sizeof numbers];
  std::memcpy(text, numbers.data(), sizeof numbers);
  const auto of_bytes = siphash_1_3({0x6a6f7572, 0x6e616c}, bytes);
  return std::bit_cast<std::int64_t>(siphash_1_3({of_bytes, bytes.size()}, {text, sizeof text}));
}

std::int64_t as_signed(std::uint64_t value) { return std::bit_cast<std::int64_t>(value); }
std::uint64_t as_unsigned(std::int64_t value) { return std::bit_cast<std::uint64_t>(value); }

std::int64_t sum_of(const journal_rows::whole& of) {
  return sum_of("", std::array{as_signed(of.key), of.floor.ms, as_signed(of.floor.ordinal), of.time});
}
std::int64_t sum_of(const journal_rows::category& of) {
  return sum_of(of.name, std::array{of.number, of.lost.ms, as_signed(of.lost.ordinal), of.last.ms,
                                    as_signed(of.last.ordinal)});
}
std::int64_t sum_of(const journal_rows::entry& of) {
  return sum_of(of.data, std::array{of.number, of.category, static_cast<std::int64_t>(of.is), of.from.ms,
                                    as_signed(of.from.ordinal), as_signed(of.to)});
}

std::int64_t sum_of(const journal_rows::repeat& of) {
  const auto of_digests = sum_of(of.key, std::array{sum_of(of.body, std::array{of.time})});
  return sum_of(of.ids, std::array{of.number, of.time, of_digests});
}

position position_at(const sql_statement& row, int column) {
  return {row.number(column), as_unsigned(row.number(column + 1))};
}

}  // namespace

/// As SQLite lays out a table: what is larger than half a page has one of its own, and of what is larger than
/// a page most is in further ones.
std::int64_t journal_rows::entry::room_bytes() const {
  constexpr std::int64_t in_leaf_max = page_bytes - 35, in_leaf_least = 489, in_further = page_bytes - 4;
  const auto bytes = static_cast<std::int64_t>(data.size()) + 45;
  auto in_leaf = bytes;
  if (bytes > in_leaf_max) {
    const auto rest = in_leaf_least + (bytes - in_leaf_least) % in_further;
    in_leaf = rest <= in_leaf_max ? rest : in_leaf_least;
  }
  const auto further = (bytes - in_leaf + in_further - 1) / in_further;
  return page_bytes * further + page_bytes / ((page_bytes - 8) / (in_leaf + 12));
}

struct journal_file::prepared {
  explicit prepared(sql_database& of)
      : begin(of, "BEGIN IMMEDIATE"),
        commit(of, "COMMIT"),
        write_whole(of, "REPLACE INTO whole VALUES(1,?,?,?,?,?)"),
        write_category(of, "REPLACE INTO category VALUES(?,?,?,?,?,?,?)"),
        write_entry(of, "INSERT INTO log VALUES(?,?,?,?,?,?,?,?)"),
        write_repeat(of, "INSERT INTO repeat VALUES(?,?,?,?,?,?)"),
        remove_repeats(of, "DELETE FROM repeat WHERE n<?"),
        remove_category(of, "DELETE FROM category WHERE n=?"),
        remove_log(of, "DELETE FROM log WHERE n<=?"),
        all_pages(of, "PRAGMA page_count"),
        free_pages(of, "PRAGMA freelist_count"),
        read_log(of, "SELECT n,category,kind,ms,ordinal,last,sum,data FROM log WHERE n>=? ORDER BY n") {}

  sql_statement begin, commit, write_whole, write_category, write_entry, write_repeat, remove_repeats,
      remove_category, remove_log, all_pages, free_pages, read_log;
};

journal_file::journal_file(const std::string& path, const std::optional<whole>& begin_with, bool syncs)
    : path_(prepare_journal_path(path)),
      syncs_(syncs),
      log_damage_(find_log_damage(path_, page_bytes)),
      db_(path_, true) {
  // Whatever ends this before it is told: the next start has to find it, too.
  if (log_damage_) db_.keep_log();
  // Before anything is read: with it there is no file of shared memory, and nobody else can come between.
  db_.run("PRAGMA locking_mode=EXCLUSIVE");
  db_.run("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY");
  // One that was killed while it was made has no table yet.
  const bool is_new =
      db_.number("SELECT count(*) FROM sqlite_master") == 0 && db_.number("PRAGMA application_id") == 0;
  if (!is_new) check_format();
  if (is_new && !begin_with) {
    throw journal_fault(kind_of_fault::refused, path_ + ": holds no journal");
  }
  // Before there is a table: only then the end of the file can be given back without writing it anew.
  if (is_new)
    db_.run(("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA page_size=" + std::to_string(page_bytes)).c_str());
  db_.run(syncs ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  db_.run("PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=4194304");
  if (is_new) create(*begin_with);
  do_ = std::make_shared<prepared>(db_);
  // Takes the lock for good, and shows now whether the file may be written.
  begin();
  commit();
}

void journal_file::create(const whole& begin_with) {
  db_.run("BEGIN IMMEDIATE");
  db_.run(schema);
  db_.run(("PRAGMA application_id=" + std::to_string(application)).c_str());
  db_.run(("PRAGMA user_version=" + std::to_string(format)).c_str());
  prepared(db_)
      .write_whole.bind(1, as_signed(begin_with.key))
      .bind(2, begin_with.floor.ms)
      .bind(3, as_signed(begin_with.floor.ordinal))
      .bind(4, begin_with.time)
      .bind(5, sum_of(begin_with))
      .run();
  db_.run("COMMIT");
}

void journal_file::check_format() {
  if (db_.number("PRAGMA application_id") != application) {
    throw journal_fault(kind_of_fault::refused, path() + ": is not a journal of longpolld");
  }
  const auto found = db_.number("PRAGMA user_version");
  if (found <= format && found > 0) return;
  throw journal_fault(kind_of_fault::refused, path() + ": is of format " + std::to_string(found) +
                                                  "; this version reads up to " + std::to_string(format) +
                                                  " and leaves it as it is");
}

// -- reading

journal_rows::whole journal_file::read_whole() {
  sql_statement row(db_, "SELECT key,floor_ms,floor_ordinal,time,sum FROM whole WHERE n=1");
  if (row.step()) {
    const whole found{as_unsigned(row.number(0)), position_at(row, 1), row.number(3)};
    if (sum_of(found) == row.number(4)) return found;
  }
  throw journal_fault(kind_of_fault::damaged,
                      path() +
                          ": table whole, row 1: is damaged; without it no event can be told from "
                          "another history's");
}

void journal_file::read_categories(const std::function<void(const category&)>& each) {
  sql_statement row(db_,
                    "SELECT n,name,lost_ms,lost_ordinal,last_ms,last_ordinal,sum FROM category ORDER BY n");
  while (row.step()) {
    category found{row.number(0), row.bytes(1), position_at(row, 2), position_at(row, 4)};
    found.fits = sum_of(found) == row.number(6);
    each(found);
  }
}

void journal_file::read_log(std::int64_t from, const std::function<bool(const entry&)>& each) {
  auto& row = do_->read_log.bind(1, from);
  while (row.step()) {
    entry found{row.number(0), row.number(1), kind{}, position_at(row, 3), as_unsigned(row.number(5)),
                row.bytes(7)};
    const auto is = row.number(2);
    found.is = static_cast<kind>(is & 3);
    found.fits = is >= 0 && is <= static_cast<std::int64_t>(kind::told) && sum_of(found) == row.number(6);
    if (each(found)) continue;
    row.reset();
    return;
  }
}

void journal_file::read_repeats(const std::function<void(const repeat&)>& each) {
  sql_statement row(db_, "SELECT n,key,body,time,sum,ids FROM repeat ORDER BY n");
  while (row.step()) {
    repeat found{row.number(0), row.bytes(1), row.bytes(2), row.number(3), row.bytes(5)};
    found.fits = sum_of(found) == row.number(4);
    each(found);
  }
}

std::optional<journal_file::extent> journal_file::log_extent() {
  sql_statement row(db_,
                    "SELECT (SELECT min(n) FROM log), (SELECT max(n) FROM log), "
                    "(SELECT count(*) FROM (SELECT 1 FROM log LIMIT 1))");
  if (!row.step() || row.number(2) == 0) return std::nullopt;
  return extent{row.number(0), row.number(1)};
}

// -- writing

void journal_file::begin() {
  if (db_.has_moved()) {
    throw journal_fault(kind_of_fault::failed, path() +
                                                   ": was moved, replaced or removed under the server; "
                                                   "bring it back and start again");
  }
  do_->begin.run();
}

void journal_file::write(const whole& what) {
  do_->write_whole.bind(1, as_signed(what.key))
      .bind(2, what.floor.ms)
      .bind(3, as_signed(what.floor.ordinal))
      .bind(4, what.time)
      .bind(5, sum_of(what))
      .run();
}

void journal_file::write(const category& what) {
  do_->write_category.bind(1, what.number)
      .bind(2, what.name)
      .bind(3, what.lost.ms)
      .bind(4, as_signed(what.lost.ordinal))
      .bind(5, what.last.ms)
      .bind(6, as_signed(what.last.ordinal))
      .bind(7, sum_of(what))
      .run();
}

void journal_file::write(const entry& what) {
  do_->write_entry.bind(1, what.number)
      .bind(2, what.category)
      .bind(3, static_cast<std::int64_t>(what.is))
      .bind(4, what.from.ms)
      .bind(5, as_signed(what.from.ordinal))
      .bind(6, as_signed(what.to))
      .bind(7, sum_of(what))
      .bind(8, what.data)
      .run();
}

void journal_file::write(const repeat& what) {
  do_->write_repeat.bind(1, what.number)
      .bind(2, what.key)
      .bind(3, what.body)
      .bind(4, what.time)
      .bind(5, sum_of(what))
      .bind(6, what.ids)
      .run();
}

void journal_file::remove_repeats_before(std::int64_t first) { do_->remove_repeats.bind(1, first).run(); }

void journal_file::remove_category(std::int64_t number) { do_->remove_category.bind(1, number).run(); }

void journal_file::remove_log_until(std::int64_t last) { do_->remove_log.bind(1, last).run(); }

void journal_file::commit() { do_->commit.run(); }

/// What failed may have rolled back already.
void journal_file::rollback() noexcept try {
  do_->read_log.reset();
  if (db_.is_in_transaction()) db_.run("ROLLBACK");
} catch (const std::exception&) {
}

void journal_file::compact() {
  db_.run("VACUUM");
  db_.checkpoint();
}

std::int64_t journal_file::free_pages() {
  const auto count = do_->free_pages.step() ? do_->free_pages.number(0) : 0;
  do_->free_pages.reset();
  return count;
}

std::int64_t journal_file::used_pages() {
  const auto count = do_->all_pages.step() ? do_->all_pages.number(0) : 0;
  do_->all_pages.reset();
  return count - free_pages();
}

void journal_file::give_back(std::int64_t pages) {
  db_.run(("PRAGMA incremental_vacuum(" + std::to_string(pages) + ')').c_str());
}

void journal_file::tidy() {
  if (db_.log_pages() >= log_pages_max) db_.checkpoint();
}

}  // namespace longpolld
