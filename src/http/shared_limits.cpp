#include "longpolld/http/shared_limits.hpp"

#include "longpolld/thread/shard.hpp"
#include "longpolld/words/log.hpp"

namespace longpolld {

struct shared_limits::tally {
  std::atomic<std::uint64_t> count{0};
  std::atomic<steady_time> silent_until{steady_time{}};
};

namespace {

/// Nobody's in particular from this machine.
client_key operates_as(const arrival& how) { return is_loopback(how.peer) ? 0 : how.counted_as(); }

}  // namespace

shared_limits::shared_limits(const config& limits)
    : addresses(limits),
      proxies(limits),
      request_bytes(limits.max_request_bytes_in_flight),
      asking_bytes(limits.max_request_bytes_in_flight / 2),
      replies(limits.max_reply_bytes_in_flight),
      limits_(limits),
      tallies_(std::make_unique<tally[]>(all_options().size())) {}

shared_limits::~shared_limits() = default;

shared_limits::tally& shared_limits::of(config::limit limit) const {
  return tallies_[static_cast<std::size_t>(&option_of(limit) - all_options().data())];
}

std::optional<error> shared_limits::connect(const arrival& how) {
  if (how.role == listen_role::admin) {
    if (!addresses.connect_operator(operates_as(how))) {
      return beyond(429, "this address has its share, an eighth, of", &config::max_admin_connections,
                    limits_);
    }
    connections.fetch_add(1);
    if (of_operators(how).fetch_add(1) < limits_.max_admin_connections) return std::nullopt;
    disconnect(how);
    return beyond(503, "too many connections to admin_listen:", &config::max_admin_connections, limits_);
  }
  if (!addresses.connect(how.counted_as())) {
    return beyond(429, "this address has as many connections as", &config::max_connections_per_address,
                  limits_);
  }
  if (connections.fetch_add(1) - near_ - far_ < limits_.max_connections) return std::nullopt;
  disconnect(how);
  return beyond(503, "too many connections:", &config::max_connections, limits_);
}

void shared_limits::disconnect(const arrival& how) noexcept {
  if (how.role == listen_role::admin) {
    of_operators(how).fetch_sub(1);
    addresses.disconnect_operator(operates_as(how));
  } else {
    addresses.disconnect(how.counted_as());
  }
  connections.fetch_sub(1);
}

std::optional<error> shared_limits::park(client_key client, std::size_t seats) {
  if (const auto full = addresses.park(client, seats)) {
    const bool is_polls = full == &config::max_parked_polls_per_address;
    return beyond(
        429,
        is_polls ? "this address has as many polls parked as" : "this address waits on as many categories as",
        full, limits_);
  }
  const auto more = static_cast<config::number>(seats);
  const bool has_room = parked_.fetch_add(1) < limits_.max_parked_polls;
  const bool has_seats = seats_.fetch_add(more) + more <= limits_.max_parked_seats;
  if (has_room && has_seats) return std::nullopt;
  leave(client, seats);
  if (has_room) {
    return beyond(503, "no room to wait on so many categories more:", &config::max_parked_seats, limits_);
  }
  return beyond(503, "no room for another parked poll:", &config::max_parked_polls, limits_);
}

std::optional<error> shared_limits::ask(client_key client, std::size_t bytes) {
  if (!addresses.ask(client, bytes)) {
    return beyond(429, "requests of this address that wait to be allowed have a quarter of",
                  &config::max_request_bytes_in_flight, limits_);
  }
  if (asking_bytes.now() + static_cast<std::int64_t>(bytes) <= asking_bytes.most()) return std::nullopt;
  addresses.asked(client, bytes);
  return beyond(503, "no room for the bytes of this request:", &config::max_request_bytes_in_flight, limits_);
}

void shared_limits::leave(client_key client, std::size_t seats) noexcept {
  parked_.fetch_sub(1);
  seats_.fetch_sub(static_cast<config::number>(seats));
  addresses.leave(client, seats);
}

void shared_limits::reached(config::limit limit) {
  auto& kind = of(limit);
  const auto count = kind.count.fetch_add(1) + 1;
  const auto now = read_clocks().steady;
  auto silent = kind.silent_until.load();
  if (now < silent || !kind.silent_until.compare_exchange_strong(silent, now + std::chrono::seconds(1)))
    return;
  log::warn("limit reached", {{"limit", option_of(limit).name}, {"times", count}});
}

std::uint64_t shared_limits::count(config::limit limit) const { return of(limit).count; }

std::vector<std::pair<std::string_view, std::uint64_t>> shared_limits::all_reached() const {
  std::vector<std::pair<std::string_view, std::uint64_t>> found;
  for (const auto& one : all_options()) {
    const auto* limit = std::get_if<config::limit>(&one.where);
    if (const auto times = limit ? count(*limit) : 0; times > 0) found.emplace_back(one.name, times);
  }
  return found;
}

}  // namespace longpolld
