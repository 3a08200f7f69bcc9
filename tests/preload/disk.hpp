#pragma once

#include <atomic>
#include <cstdint>

namespace longpolld::test {

/// What the preloaded library does to a process's disk, in a file that it shares with the test.
struct disk {
  std::atomic<std::int32_t> write_error{0};     ///< errno of all writes to files that SQLite opened; 0: none
  std::atomic<std::int32_t> sync_error{0};      ///< of all syncs
  std::atomic<std::int32_t> sync_delay_ms{0};   ///< before each sync
  std::atomic<std::int32_t> write_delay_ms{0};  ///< before each write
  std::atomic<std::int32_t> read_delay_ms{0};   ///< before each read
  std::atomic<std::int32_t> counts_reads{0};    ///< whether reads are calls too
  std::atomic<std::int64_t> calls{0};           ///< writes, syncs, cuts and removals so far
  std::atomic<std::int64_t> kill_at{0};         ///< the call, counted so, before which the process is killed
  std::atomic<std::int64_t> syncs{0};           ///< that went well so far
  std::atomic<std::int64_t> log_syncs{0};       ///< of these, of files named -wal
  /// Whether each of these leaves what is on the disk from then on: FILE.synced.N, a copy of the file; for a
  /// directory FOLDER/.synced.N, names in lines. N is its number among `syncs`.
  std::atomic<std::int32_t> records{0};
};

}  // namespace longpolld::test
