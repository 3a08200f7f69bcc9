#include "longpolld/http/http_shard.hpp"

#include <utility>

namespace longpolld {
namespace {

std::string cache_control_of(const config& limits) {
  const auto seconds = limits.shared_cache_seconds;
  return seconds > 0 ? "public, max-age=" + std::to_string(seconds) : "";
}

}  // namespace

http_shard::http_shard(std::shared_ptr<const config> limits, std::shared_ptr<const access_rules> rules,
                       shard_pool& pool, std::size_t index, shared_limits& shared, access_log* lines)
    : limits_(std::move(limits)),
      pool_(pool),
      core_(pool[index]),
      shared_(shared),
      cors_(*limits_, rules->hook_takes_cookies()),
      hosts_(*limits_),
      cache_control_(cache_control_of(*limits_)),
      access_(std::move(rules), static_cast<std::size_t>(limits_->max_cached_tokens)),
      replies_(shared.replies, [this] { core_.post([this] { replies_.shed(); }); }),
      requests_(shared.request_bytes, shared.request_lines,
                [this] { core_.post([this] { requests_.shed(); }); }),
      handshakes_([this] { core_.post([this] { handshakes_.go_on(); }); }),
      writer_(cors_),
      log_(core_, lines, limits_->access_log == access_log_format::json) {}

void http_shard::reconfigure(const reconfiguration& next) {
  limits_ = next.limits;
  cors_ = cors(*limits_, next.rules->hook_takes_cookies());
  hosts_ = allowed_hosts(*limits_);
  cache_control_ = cache_control_of(*limits_);
  access_.set_rules(next.rules);
  hook_ = next.hook;
  writer_.forget();
  if (next.tls) set_tls(next.tls);
}

/// A trusted proxy that names nobody has no limit of its own; one that passes on a name which is no client's,
/// as whoever wants to escape the limits may send it, is counted itself.
client_key http_shard::client_of(const arrival& how, const request& from) const {
  if (!how.from_proxy) return how.peer;
  if (!from.forwarded_for) return 0;
  const auto named = shared_.proxies.client(*from.forwarded_for);
  return named != 0 ? named : how.peer;
}

}  // namespace longpolld
