#include "longpolld/http/shared_limits.hpp"

#include "longpolld/thread/shard.hpp"
#include "longpolld/words/log.hpp"

namespace longpolld {

struct shared_limits::tally {
  std::atomic<std::uint64_t> count{0};
  std::atomic<steady_time> silent_until{steady_time{}};
};

shared_limits::shared_limits(const config& limits)
    : addresses(limits),
      proxies(limits),
      limits_(limits),
      tallies_(std::make_unique<tally[]>(settings().size())) {}

shared_limits::~shared_limits() = default;

shared_limits::tally& shared_limits::of(std::string_view option) const {
  return tallies_[static_cast<std::size_t>(find_setting(option) - settings().data())];
}

std::optional<error> shared_limits::park(client_key client) {
  if (!addresses.park(client)) {
    return beyond(429, "this address has as many polls parked as", "max_parked_polls_per_address",
                  limits_.max_parked_polls_per_address);
  }
  if (parked_.fetch_add(1) < limits_.max_parked_polls) return std::nullopt;
  leave(client);
  return beyond(503, "no room for another parked poll:", "max_parked_polls", limits_.max_parked_polls);
}

void shared_limits::leave(client_key client) {
  parked_.fetch_sub(1);
  addresses.leave(client);
}

void shared_limits::reached(std::string_view option) {
  auto& kind = of(option);
  const auto count = kind.count.fetch_add(1) + 1;
  const auto now = read_clocks().steady;
  auto silent = kind.silent_until.load();
  if (now < silent || !kind.silent_until.compare_exchange_strong(silent, now + std::chrono::seconds(1)))
    return;
  log::warn("limit reached", {{"limit", option}, {"times", count}});
}

std::uint64_t shared_limits::count(std::string_view option) const { return of(option).count; }

}  // namespace longpolld
