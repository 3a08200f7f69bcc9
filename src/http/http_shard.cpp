#include "longpolld/http/http_shard.hpp"

namespace longpolld {

http_shard::http_shard(const config& limits, shard_pool& pool, std::size_t index, shared_limits& shared)
    : limits_(limits),
      pool_(pool),
      core_(pool[index]),
      shared_(shared),
      cors_(limits),
      hosts_(limits),
      replies_(shared.replies, [this] { core_.post([this] { replies_.shed(); }); }),
      requests_(shared.request_bytes, shared.request_lines,
                [this] { core_.post([this] { requests_.shed(); }); }),
      handshakes_([this] { core_.post([this] { handshakes_.go_on(); }); }),
      writer_(cors_) {}

/// A trusted proxy that names nobody has no limit of its own; one that passes on a name which is no client's,
/// as whoever wants to escape the limits may send it, is counted itself.
client_key http_shard::client_of(const arrival& how, const request& from) const {
  if (!how.from_proxy) return how.peer;
  if (!from.forwarded_for) return 0;
  const auto named = shared_.proxies.client(*from.forwarded_for);
  return named != 0 ? named : how.peer;
}

}  // namespace longpolld
