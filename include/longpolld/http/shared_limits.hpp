#pragma once

#include "longpolld/http/arrival.hpp"
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

  std::atomic<std::int64_t> connections{0};  ///< all of them
  address_limits addresses;
  const trusted_proxies proxies;
  byte_gauge request_bytes;  ///< of requests that are not whole or wait for their turn
  byte_gauge asking_bytes;   ///< of them: whole ones, of which a backend or a store is asked
  shard_lines request_lines;
  reply_room replies;  ///< that their readers have not taken whole
  /// Set once the daemon is to end: it serves on for a while, and every reply closes its connection.
  std::atomic<bool> draining{false};

  /// Counts one more connection that came in so, or says which limit is reached. Those to an address of
  /// admin_listen have a limit of their own, once for those from elsewhere and once for those from this
  /// machine, so that nobody elsewhere keeps out who administers it from here.
  [[nodiscard]] std::optional<error> connect(const arrival& how);
  /// It is gone.
  void disconnect(const arrival& how) noexcept;

  /// Counts one more parked poll of this client, on `seats` categories, or says which limit is reached.
  [[nodiscard]] std::optional<error> park(client_key client, std::size_t seats);
  /// It is parked no more.
  void leave(client_key client, std::size_t seats) noexcept;

  /// Whether a request of so many bytes may wait until somebody was asked about it; else the reply. Half of
  /// the room is for requests that are not whole yet, which make room themselves: these never do. Those of
  /// one client have half of that half, until addresses.asked().
  [[nodiscard]] std::optional<error> ask(client_key client, std::size_t bytes);

  /// Polls that are parked, and on how many categories together.
  [[nodiscard]] std::int64_t parked() const { return parked_; }
  [[nodiscard]] std::int64_t seats() const { return seats_; }

  /// A limit was reached: counts it, and logs it unless this limit was logged within the last second. The
  /// line tells how often it was reached since the start.
  void reached(config::limit limit);
  /// How often this limit was reached.
  [[nodiscard]] std::uint64_t count(config::limit limit) const;
  /// The options of all limits that were reached, and how often.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::uint64_t>> all_reached() const;

 private:
  struct tally;
  [[nodiscard]] tally& of(config::limit limit) const;

  const config& limits_;
  using gauge = std::atomic<config::number>;
  [[nodiscard]] gauge& of_operators(const arrival& how) { return is_loopback(how.peer) ? near_ : far_; }

  gauge near_{0}, far_{0};  // connections to admin_listen, from this machine and from elsewhere
  std::atomic<config::number> parked_{0};
  std::atomic<config::number> seats_{0};
  std::unique_ptr<tally[]> tallies_;  // in the order of all_options()
};

}  // namespace longpolld
