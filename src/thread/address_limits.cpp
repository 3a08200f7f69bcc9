#include "longpolld/thread/address_limits.hpp"

#include <algorithm>

namespace longpolld {
namespace {

// What an address may publish at once after a rest: the events of this time.
constexpr std::chrono::nanoseconds burst = std::chrono::seconds(1);
constexpr std::size_t looks_per_call = 4;

}  // namespace

bool address_limits::count_one(counts& in, client_key client, config::number most) {
  if (client == 0 || most == 0) return true;
  const std::lock_guard lock(mutex_);
  auto& count = in[client];
  if (count >= most) return false;
  ++count;
  return true;
}

void address_limits::uncount_one(counts& in, client_key client, config::number most) noexcept {
  if (client == 0 || most == 0) return;
  const std::lock_guard lock(mutex_);
  const auto known = in.find(client);
  if (known != in.end() && --known->second == 0) in.erase(known);
}

bool address_limits::park(client_key client) {
  return count_one(parked_, client, limits_.max_parked_polls_per_address);
}

void address_limits::leave(client_key client) noexcept {
  uncount_one(parked_, client, limits_.max_parked_polls_per_address);
}

bool address_limits::connect(client_key client) {
  return count_one(connected_, client, limits_.max_connections_per_address);
}

void address_limits::disconnect(client_key client) noexcept {
  uncount_one(connected_, client, limits_.max_connections_per_address);
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
