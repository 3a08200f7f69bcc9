#include "longpolld/thread/address_limits.hpp"

#include <algorithm>

namespace longpolld {

bool address_limits::limits_parking(client_key client) const {
  return client != 0 &&
         (limits_.max_parked_polls_per_address > 0 || limits_.max_parked_seats_per_address > 0);
}

config::limit address_limits::park(client_key client, std::size_t seats) {
  if (!limits_parking(client)) return nullptr;
  const auto polls_most = limits_.max_parked_polls_per_address;
  const auto seats_most = limits_.max_parked_seats_per_address;
  const auto more = static_cast<config::number>(seats);
  const std::lock_guard lock(mutex_);
  const auto known = parked_.find(client);
  const auto now = known == parked_.end() ? parking{} : known->second;
  if (polls_most > 0 && now.polls >= polls_most) return &config::max_parked_polls_per_address;
  if (seats_most > 0 && now.seats + more > seats_most) return &config::max_parked_seats_per_address;
  auto& counted = known == parked_.end() ? parked_[client] : known->second;
  ++counted.polls;
  counted.seats += more;
  return nullptr;
}

void address_limits::leave(client_key client, std::size_t seats) noexcept {
  if (!limits_parking(client)) return;
  const std::lock_guard lock(mutex_);
  const auto known = parked_.find(client);
  if (known == parked_.end()) return;
  known->second.seats -= static_cast<config::number>(seats);
  if (--known->second.polls == 0) parked_.erase(known);
}

bool address_limits::connect(client_key client) {
  const auto most = limits_.max_connections_per_address;
  if (client == 0 || most == 0) return true;
  const std::lock_guard lock(mutex_);
  return connected_.add(client, 1, most);
}

void address_limits::disconnect(client_key client) noexcept {
  if (client == 0 || limits_.max_connections_per_address == 0) return;
  const std::lock_guard lock(mutex_);
  connected_.take(client, 1);
}

bool address_limits::connect_operator(client_key client) {
  if (client == 0) return true;
  const std::lock_guard lock(mutex_);
  const auto all = limits_.max_admin_connections;
  return operating_.add(client, 1, std::max(all / 8, std::min<config::number>(all, 4)));
}

void address_limits::disconnect_operator(client_key client) noexcept {
  if (client == 0) return;
  const std::lock_guard lock(mutex_);
  operating_.take(client, 1);
}

bool address_limits::ask(client_key client, std::size_t bytes) {
  if (client == 0) return true;
  const auto size = static_cast<config::number>(bytes);
  const std::lock_guard lock(mutex_);
  // One alone always may, so that none is too large for ever.
  return asking_.add(client, size, std::max(size, limits_.max_request_bytes_in_flight / 4));
}

void address_limits::asked(client_key client, std::size_t bytes) noexcept {
  if (client == 0) return;
  const std::lock_guard lock(mutex_);
  asking_.take(client, static_cast<config::number>(bytes));
}

std::int64_t address_limits::publish(client_key client, std::size_t events, steady_time now) {
  const auto most = limits_.max_events_per_second_per_address;
  if (client == 0 || most == 0) return 0;
  const std::lock_guard lock(mutex_);
  const auto wait = events_.wait(client, most, now);
  if (wait == 0) events_.charge(client, static_cast<std::int64_t>(events), most, now);
  return wait;
}

std::int64_t address_limits::must_not_guess(client_key client, steady_time now) const {
  const auto most = limits_.max_wrong_credentials_per_second_per_address;
  if (client == 0 || most == 0) return 0;
  const std::lock_guard lock(mutex_);
  return wrong_credentials_.wait(client, most, now);
}

void address_limits::guessed_wrong(client_key client, steady_time now) {
  const auto most = limits_.max_wrong_credentials_per_second_per_address;
  if (client == 0 || most == 0) return;
  const std::lock_guard lock(mutex_);
  wrong_credentials_.charge(client, 1, most, now);
}

std::size_t address_limits::size() const {
  const std::lock_guard lock(mutex_);
  return parked_.size() + connected_.size() + operating_.size() + asking_.size() + events_.size() +
         wrong_credentials_.size();
}

}  // namespace longpolld
