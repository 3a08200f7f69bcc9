#include "longpolld/thread/address_limits.hpp"

#include <algorithm>

namespace longpolld {
namespace {

// What an address may publish at once after a rest: the events of this time.
constexpr std::chrono::nanoseconds burst = std::chrono::seconds(1);
constexpr std::size_t looks_per_call = 4;

}  // namespace

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
  auto& count = connected_[client];
  if (count >= most) return false;
  ++count;
  return true;
}

void address_limits::disconnect(client_key client) noexcept {
  if (client == 0 || limits_.max_connections_per_address == 0) return;
  const std::lock_guard lock(mutex_);
  const auto known = connected_.find(client);
  if (known != connected_.end() && --known->second == 0) connected_.erase(known);
}

std::int64_t address_limits::publish(client_key client, std::size_t events, steady_time now) {
  const auto most = limits_.max_events_per_second_per_address;
  if (client == 0 || most == 0) return 0;
  const auto each = std::chrono::nanoseconds(std::chrono::seconds(1)) / most;
  const std::lock_guard lock(mutex_);
  forget_paid(now);
  auto known = rate_of_.find(client);
  if (known == rate_of_.end()) {
    known = rate_of_.emplace(client, rates_.insert(rates_.end(), {client, now})).first;
  }
  auto& paid_until = known->second->paid_until;
  paid_until = std::max(paid_until, now);
  if (const auto owed = paid_until + each - (now + burst); owed > owed.zero()) {
    return std::chrono::ceil<std::chrono::seconds>(owed).count();
  }
  paid_until += each * static_cast<std::int64_t>(events);
  return 0;
}

/// Each call that may add one address looks at a few in turn and forgets those that owe nothing any more: a
/// round over all of them takes fewer calls than there are addresses, whoever owes for long.
void address_limits::forget_paid(steady_time now) {
  for (auto left = std::min(looks_per_call, rates_.size()); left > 0; --left) {
    if (rates_.front().paid_until > now) {
      rates_.splice(rates_.end(), rates_, rates_.begin());
    } else {
      rate_of_.erase(rates_.front().client);
      rates_.pop_front();
    }
  }
}

std::size_t address_limits::size() const {
  const std::lock_guard lock(mutex_);
  return parked_.size() + connected_.size() + rates_.size();
}

}  // namespace longpolld
