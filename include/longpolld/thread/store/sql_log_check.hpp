#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace longpolld {

/// The write-ahead log of the database at `path`.
[[nodiscard]] std::string sql_log_path(const std::string& path);

/// What of a write-ahead log SQLite leaves out without a word, though transactions that came later show that
/// it was committed and synced.
struct sql_log_damage {
  std::int64_t at = 0;      ///< byte of the log where the first page begins that does not fit its checksum
  std::int64_t frames = 0;  ///< pages that are left out, about
};

/// Looks at the log of the database at `path` before SQLite does, which takes the first page that does not
/// fit for the torn end of what a crash has cut off, and all for torn when the log's header does not fit
/// (https://www.sqlite.org/fileformat2.html#walformat). Torn can be the last transaction alone where each
/// begins once the one before is on the disk (synchronous=FULL); so nothing is found when that one is
/// damaged. `page_bytes` is for a log whose header is damaged. Reads all of it.
[[nodiscard]] std::optional<sql_log_damage> find_log_damage(const std::string& path,
                                                            std::size_t page_bytes = 4096);

}  // namespace longpolld
