#pragma once

#include "longpolld/words/moment.hpp"

#include <cstdint>
#include <list>
#include <unordered_map>

namespace longpolld {

/// A client's address as limits count it: an IPv4 address, or the first 64 bits of an IPv6 one, since whoever
/// has one address of a /64 has them all. 0: no client in particular; no limit applies.
using client_key = std::uint64_t;

/// How much of something each client address has done lately, where only so much a second is allowed, and a
/// second's worth at once after a rest. An address that owes nothing is soon forgotten. Not thread-safe.
class address_rates {
 public:
  /// How many seconds `client` has to wait until it may do more; 0: it may now. Precondition: `a_second` is
  /// not 0.
  [[nodiscard]] std::int64_t wait(client_key client, std::int64_t a_second, steady_time now) const;
  /// Notes that `client` has done `count` more, however much it owes.
  void charge(client_key client, std::int64_t count, std::int64_t a_second, steady_time now);

  [[nodiscard]] std::size_t size() const { return rates_.size(); }

 private:
  struct rate {
    client_key client;
    steady_time paid_until;  ///< beyond now: what is owed
  };
  using rates = std::list<rate>;

  void forget_paid(steady_time now);

  rates rates_;  // the next to be looked at first
  std::unordered_map<client_key, rates::iterator> rate_of_;
};

}  // namespace longpolld
