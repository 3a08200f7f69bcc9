#pragma once

#include "longpolld/http/read/byte_gauge.hpp"
#include "longpolld/http/reply/reply_backlog.hpp"
#include "longpolld/http/trusted_proxies.hpp"
#include "longpolld/thread/address_limits.hpp"
#include "longpolld/words/config.hpp"
#include "longpolld/words/error.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace longpolld {

/// What all shards and listeners share of the limits: the gauges of connections and of bytes, the books by
/// address, and the count of each limit that was reached. Any thread may call.
class shared_limits {
 public:
  explicit shared_limits(const config& limits);
  ~shared_limits();

  std::atomic<std::int64_t> connections{0};
  address_limits addresses;
  const trusted_proxies proxies;
  byte_gauge request_bytes;  ///< of requests that are not whole or wait for their turn
  shard_lines request_lines;
  reply_room replies;  ///< that their readers have not taken whole
  /// Whether it was said that somebody from elsewhere publishes through a proxy.
  std::atomic<bool> told_of_outsider{false};
  /// Set once the daemon is to end: it serves on for a while, and every reply closes its connection.
  std::atomic<bool> draining{false};

  /// Counts one more connection, of this client at its other end, or says which limit is reached.
  [[nodiscard]] std::optional<error> connect(client_key peer);
  /// It is gone.
  void disconnect(client_key peer) noexcept;

  /// Counts one more parked poll of this client, on `seats` categories, or says which limit is reached.
  [[nodiscard]] std::optional<error> park(client_key client, std::size_t seats);
  /// It is parked no more.
  void leave(client_key client, std::size_t seats) noexcept;

  /// A limit was reached: counts it, and logs it unless this limit was logged within the last second. The
  /// line tells how often it was reached since the start.
  void reached(config::limit limit);
  /// How often this limit was reached.
  [[nodiscard]] std::uint64_t count(config::limit limit) const;

 private:
  struct tally;
  [[nodiscard]] tally& of(config::limit limit) const;

  const config& limits_;
  std::atomic<config::number> parked_{0};
  std::atomic<config::number> seats_{0};
  std::unique_ptr<tally[]> tallies_;  // in the order of settings()
};

}  // namespace longpolld
