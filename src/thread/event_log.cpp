#include "longpolld/thread/event_log.hpp"

#include <exception>

namespace longpolld {

event_log::event_log(const config& limits, std::size_t shards, std::uint64_t key, const moment& now,
                     std::function<void(std::size_t)> ring, std::function<void(config::limit)> reached)
    : shards_(shards),
      ring_(std::move(ring)),
      reached_(std::move(reached)),
      history_(limits, key, now, shards) {}

outcome<event_ids> event_log::publish(std::span<wire::draft> drafts, const moment& now, shard_set& to_ring) {
  history::publication done;
  std::optional<error> refused;
  std::exception_ptr failed;
  {
    const guard inside(*this);
    try {
      refused = history_.publish(drafts, now, done);
    } catch (const std::exception&) {
      failed = std::current_exception();  // what was published before it is there
    }
  }
  to_ring |= done.rung;
  tell(done);
  if (failed) std::rethrow_exception(failed);
  if (refused) return std::move(*refused);
  return std::move(done.ids);
}

void event_log::tell(const history::publication& of) const {
  if (of.dropped) reached_(&config::max_buffer_bytes);
  if (of.forgot) reached_(&config::max_categories);
}

void event_log::ring(shard_set& shards) const noexcept {
  for (std::size_t shard = 0; shards.any(); ++shard) {
    if (shards[shard]) ring_(shard);
    shards.reset(shard);
  }
}

bool event_log::expire(const moment& now) {
  discarded_events discarded;
  const guard inside(*this);
  return history_.expire(now, discarded);
}

history::counts event_log::count() {
  const guard inside(*this);
  return history_.count();
}

}  // namespace longpolld
