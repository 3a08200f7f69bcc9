#include "longpolld/thread/store/store.hpp"

#include "longpolld/thread/shard.hpp"

namespace longpolld {

store::store(const config& limits, event_log& log, bring back)
    : log_(log),
      repeats_(limits,
               [this](std::unique_ptr<submission> one) {
                 shard_set to_ring;
                 to_ring.set(one->shard);
                 bring_(std::move(one));
                 log_.ring(to_ring);
               }),
      bring_(std::move(back)) {}

// NOLINTNEXTLINE(performance-unnecessary-value-param)
void store::start(std::function<void(const load_progress&)>) {}

void store::submit(std::unique_ptr<submission> one, const moment& now) {
  if (!one->fetches.empty()) return fetch(std::move(one), now);
  if (one->purges) return purge(std::move(one), now);
  if (one->repeats) {
    if (current_state() == state::loading) {  // which keys there were is not known yet
      one->repeats.reset();                   // nobody has admitted it
      return refuse(std::move(one), trouble());
    }
    one = repeats_.admit(std::move(one), now.steady);
  }
  if (one) accept(std::move(one), now);
}

/// What is kept is all here.
void store::fetch(std::unique_ptr<submission> one, const moment&) { decide(std::move(one), event_ids()); }

void store::decide(std::unique_ptr<submission> one, outcome<event_ids>&& with) noexcept {
  one->decided.emplace(std::move(with));
  decided(std::move(one));
}

void store::decided(std::unique_ptr<submission> one) noexcept {
  submissions alone;
  alone.push(std::move(one));
  decided(alone);
}

/// A shard that is rung for the first of many would wake for it alone, and again for the next.
void store::decided(submissions& all) noexcept {
  shard_set to_ring;
  while (auto one = all.pop()) {
    if (one->repeats) repeats_.settle(*one, read_clocks().steady);
    to_ring.set(one->shard);
    bring_(std::move(one));
  }
  log_.ring(to_ring);
}

void store::refuse(std::unique_ptr<submission> one, std::string_view why, bool maybe_stored) noexcept {
  tallies_.refused.fetch_add(1, std::memory_order_relaxed);
  try {
    error told{503, std::string(why)};
    if (!one->purges) told.maybe_stored = maybe_stored;
    one->decided.emplace(std::move(told));
  } catch (const std::bad_alloc&) {
    one->decided.reset();
  }
  decided(std::move(one));
}

/// What throws midway is published in part, and its key is as if it had never come.
void memory_store::accept(std::unique_ptr<submission> one, const moment& now) {
  shard_set to_ring;
  try {
    auto ids = log_.publish(one->drafts, now, to_ring);
    decide(std::move(one), std::move(ids));  // before the polls are woken
  } catch (const std::bad_alloc&) {
    one->decided.reset();
    decided(std::move(one));
  }
  log_.ring(to_ring);
}

void memory_store::purge(std::unique_ptr<submission> one, const moment&) {
  {
    discarded_events discarded;
    const critical_section::guard inside(log_);
    one->purged = log_.shared().purge(*one->purges, discarded);
  }
  decide(std::move(one), event_ids());
}

}  // namespace longpolld
