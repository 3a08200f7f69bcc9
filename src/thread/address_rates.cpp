#include "longpolld/thread/address_rates.hpp"

#include <algorithm>
#include <chrono>

namespace longpolld {
namespace {

using std::chrono::nanoseconds;

// What an address may do at once after a rest: what is allowed in this time.
constexpr nanoseconds burst = std::chrono::seconds(1);
constexpr std::size_t looks_per_call = 4;

nanoseconds cost_of_one(std::int64_t a_second) { return nanoseconds(std::chrono::seconds(1)) / a_second; }

}  // namespace

std::int64_t address_rates::wait(client_key client, std::int64_t a_second, steady_time now) const {
  const auto known = rate_of_.find(client);
  if (known == rate_of_.end()) return 0;
  const auto paid_until = std::max(known->second->paid_until, now);
  const auto owed = paid_until + cost_of_one(a_second) - (now + burst);
  return owed > owed.zero() ? std::chrono::ceil<std::chrono::seconds>(owed).count() : 0;
}

void address_rates::charge(client_key client, std::int64_t count, std::int64_t a_second, steady_time now) {
  forget_paid(now);
  auto known = rate_of_.find(client);
  if (known == rate_of_.end()) {
    known = rate_of_.emplace(client, rates_.insert(rates_.end(), {client, now})).first;
  }
  auto& paid_until = known->second->paid_until;
  paid_until = std::max(paid_until, now) + cost_of_one(a_second) * count;
}

/// Each call that may add one address looks at a few in turn and forgets those that owe nothing any more: a
/// round over all of them takes fewer calls than there are addresses, whoever owes for long.
void address_rates::forget_paid(steady_time now) {
  for (auto left = std::min(looks_per_call, rates_.size()); left > 0; --left) {
    if (rates_.front().paid_until > now) {
      rates_.splice(rates_.end(), rates_, rates_.begin());
    } else {
      rate_of_.erase(rates_.front().client);
      rates_.pop_front();
    }
  }
}

}  // namespace longpolld
