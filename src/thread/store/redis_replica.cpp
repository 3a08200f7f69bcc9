#include "longpolld/thread/shard.hpp"
#include "longpolld/thread/store/redis_store.hpp"
#include "longpolld/words/log.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace longpolld {
namespace {

using guard = critical_section::guard;

constexpr std::size_t entries_in_section = 64;

}  // namespace

void redis_store::adopted(const redis_tail::state& what) {
  const bool is_another = key_text_ != what.key;
  const auto now = read_clocks();
  if (is_another && was_ready_) log::warn("another history is followed: subscribers are told of a gap");
  if (what.limits != limits_text_) {
    log::warn("another node of this history has other limits",
              {{"here", limits_text_}, {"there", what.limits}});
  }
  const auto key = whole_number<std::uint64_t>(what.key).value_or(0);
  history::publication done;
  {
    const guard inside(log_);
    log_.shared().follow({key, what.base, what.time}, now, done);
    log_.shared().keeps_time(what.promised);
  }
  after(done);
  key_text_ = what.key;
  key_ = key;
  base_ = what.base;
  applied_ = known_ = what.n;
  note_behind(what.n);
  if (is_another) {
    for (auto* all : {&stored_, &unreplicated_}) {
      for (const auto& one : *all) fail(*one, "what was stored is lost: Redis has another history now", true);
      all->clear();
    }
    promises_.clear();
  }
  for (auto& [name, one] : loads_) {
    one.is_under_way = false;
    one.number = ++load_number_;  // an answer that is under way knows nothing of what was missed
  }
  load_awaited();
}

void redis_store::came(std::vector<redis_entry>&& entries) {
  try {
    apply(entries, read_clocks().steady);
    for (auto& one : entries) {
      const auto at = loads_.find(one.category);
      if (at != loads_.end() && at->second.is_under_way) at->second.meanwhile.push_back(std::move(one));
    }
  } catch (const std::bad_alloc&) {
    return tail_->miss();  // it is adopted anew: until then nothing counts as applied
  }
  applied_ = tail_->n();
  note_behind(applied_);
  acknowledge();
  keep_promises();
}

void redis_store::apply(const std::vector<redis_entry>& entries, steady_time now) {
  for (std::size_t begin = 0; begin < entries.size(); begin += entries_in_section) {
    const auto end = std::min(entries.size(), begin + entries_in_section);
    std::vector<bool> is_known(end - begin);
    {
      const guard inside(log_);  // for most of them nobody here has asked
      for (std::size_t i = begin; i < end; ++i) {
        const auto* known = log_.shared().find(entries[i].category);
        is_known[i - begin] = known && !known->is_cold;
      }
    }
    std::vector<event_ptr> events(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      if (!is_known[i - begin] || entries[i].purged) continue;
      events[i - begin] = entries[i].event_of(category_epoch(key_, entries[i].category), now);
    }
    history::publication done;
    {
      const guard inside(log_);
      for (std::size_t i = begin; i < end; ++i) {
        const auto& one = entries[i];
        if (one.purged) {
          log_.shared().apply_purge(one.category, *one.purged, done.discarded);
        } else if (auto& event = events[i - begin]) {
          if (!log_.shared().apply(one.category, std::move(event), !one.before, done)) awaits_loads_ = true;
        }
      }
    }
    after(done);
  }
}

void redis_store::after(history::publication& done) {
  log_.tell(done);
  log_.ring(done.rung);
}

}  // namespace longpolld
