#pragma once

#include "longpolld/http/connections.hpp"
#include "longpolld/http/shared_limits.hpp"
#include "longpolld/parts/metric.hpp"
#include "longpolld/thread/io/access_log.hpp"
#include "longpolld/thread/shard_pool.hpp"

#include <memory>
#include <span>
#include <vector>

namespace longpolld {

/// Where metrics are read: all that counts, of all threads.
struct metric_sources {
  const config& limits;
  shard_pool& pool;
  const shared_limits& shared;
  const std::vector<std::unique_ptr<http_shard>>& homes;
  const std::vector<std::shared_ptr<hook_desk>>& hooks;  ///< all there were; null is none
  steady_time begun;                                     ///< when the server was built
  const access_log* lines;                               ///< null: there is none
};

// As they stand in labels and in what operators are told.
[[nodiscard]] std::string_view name_of(store_kind is);
[[nodiscard]] std::string_view name_of(store::state is);

/// A row of the table of all there are.
struct metric_row {
  std::string_view name;
  metric::kind is;
  std::string_view help;
  /// Adds its samples.
  void (*read)(const metric_sources& from, std::vector<metric::sample>& into);
};

/// Those besides the counters (see counters.hpp), in the order in which they are shown.
[[nodiscard]] std::span<const metric_row> metric_rows();

/// All of them now. No label has a category, an address or a key; counters never fall. It takes the log's
/// lock for a moment, and waits for no shard. Thread: the server's main one.
[[nodiscard]] std::vector<metric> read_metrics(const metric_sources& from);

/// What the server says of itself to its operator: see http-api. The same thread.
[[nodiscard]] std::string status_json(const metric_sources& from);

inline constexpr std::string_view metric_prefix = "longpolld_";

}  // namespace longpolld
