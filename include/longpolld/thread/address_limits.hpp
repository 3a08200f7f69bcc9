#pragma once

#include "longpolld/words/config.hpp"
#include "longpolld/words/moment.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

namespace longpolld {

/// A client's address as limits count it: an IPv4 address, or the first 64 bits of an IPv6 one, since whoever
/// has one address of a /64 has them all. 0: no client in particular; no limit applies.
using client_key = std::uint64_t;

/// What each client address has in use, of the limits that are per address. Any thread may call; each call is
/// one short critical section. An address that uses nothing is not remembered.
class address_limits {
 public:
  explicit address_limits(const config& limits) : limits_(limits) {}

  /// Counts one more parked poll, on `seats` categories. Returns null, or the limit that is reached.
  [[nodiscard]] config::limit park(client_key client, std::size_t seats);
  /// It is parked no more.
  void leave(client_key client, std::size_t seats) noexcept;

  /// Counts one more connection, unless max_connections_per_address are open.
  [[nodiscard]] bool connect(client_key client);
  /// One connection fewer is open.
  void disconnect(client_key client) noexcept;

  /// Charges `events` to the client's max_events_per_second_per_address. Returns 0 if granted; otherwise
  /// charges nothing and returns how many seconds to wait. A batch may run into debt, so that one larger than
  /// the rate is not refused for ever.
  [[nodiscard]] std::int64_t publish(client_key client, std::size_t events, steady_time now);

  /// Addresses remembered, once for each limit.
  [[nodiscard]] std::size_t size() const;

 private:
  struct rate {
    client_key client;
    steady_time paid_until;  ///< beyond now: what is owed
  };
  using rates = std::list<rate>;

  struct parking {
    config::number polls = 0;
    config::number seats = 0;
  };

  /// Whether anything is limited for this client.
  [[nodiscard]] bool limits_parking(client_key client) const;

  void forget_paid(steady_time now);

  const config& limits_;
  mutable std::mutex mutex_;
  boost::unordered_flat_map<client_key, parking> parked_;
  boost::unordered_flat_map<client_key, config::number> connected_;
  rates rates_;  // the next to be looked at first
  std::unordered_map<client_key, rates::iterator> rate_of_;
};

}  // namespace longpolld
