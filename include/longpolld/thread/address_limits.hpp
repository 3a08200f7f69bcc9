#pragma once

#include "longpolld/thread/address_rates.hpp"
#include "longpolld/thread/address_sums.hpp"
#include "longpolld/words/config.hpp"
#include "longpolld/words/moment.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <mutex>

namespace longpolld {

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

  /// The same for connections to admin_listen from elsewhere: an eighth of max_admin_connections, or
  /// four if that is more, so that who has no key keeps no operator out.
  [[nodiscard]] bool connect_operator(client_key client);
  void disconnect_operator(client_key client) noexcept;

  /// Counts the bytes of a request that waits until somebody was asked about it, unless those of its client
  /// were then more than half of all that may wait so: a quarter of max_request_bytes_in_flight. One request
  /// that is larger may wait while its client has no other.
  [[nodiscard]] bool ask(client_key client, std::size_t bytes);
  /// It waits no more.
  void asked(client_key client, std::size_t bytes) noexcept;

  /// Charges `events` to the client's max_events_per_second_per_address. Returns 0 if granted; otherwise
  /// charges nothing and returns how many seconds to wait. A batch may run into debt, so that one larger than
  /// the rate is not refused for ever.
  [[nodiscard]] std::int64_t publish(client_key client, std::size_t events, steady_time now);

  /// How many seconds this client has to wait until its credentials are looked at again, since it has sent
  /// wrong ones faster than max_wrong_credentials_per_second_per_address; 0: none.
  [[nodiscard]] std::int64_t must_not_guess(client_key client, steady_time now) const;
  /// This client has sent wrong credentials.
  void guessed_wrong(client_key client, steady_time now);

  /// Addresses remembered, once for each limit.
  [[nodiscard]] std::size_t size() const;

 private:
  struct parking {
    config::number polls = 0;
    config::number seats = 0;
  };

  /// Whether anything is limited for this client.
  [[nodiscard]] bool limits_parking(client_key client) const;

  const config& limits_;
  mutable std::mutex mutex_;
  boost::unordered_flat_map<client_key, parking> parked_;
  address_sums connected_, operating_, asking_;
  address_rates events_;
  address_rates wrong_credentials_;
};

}  // namespace longpolld
