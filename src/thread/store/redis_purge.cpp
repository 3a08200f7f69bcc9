#include "longpolld/thread/store/redis_store.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace longpolld {

void redis_store::purge(std::unique_ptr<submission> one, const moment& now) { fetch(std::move(one), now); }

// -- its thread

void redis_store::purge_some() {
  while (!purges_.empty() && is_usable()) {
    const auto one = purges_.back();
    purges_.pop_back();
    if (!one->one) continue;  // it took too long
    const auto& name = *one->one->purges;
    const auto stream = keys_.category(name), entries = std::to_string(limits_.redis_log_events);
    const std::array<std::string_view, 6> words = {keys_.meta, keys_.log, stream, key_text_, entries, name};
    desk_->call(redis_desk::script::purge, 3, words,
                [this, one](const redis_desk::answer& told) { purged(one, told); });
  }
}

/// It is answered once this node has applied it.
void redis_store::purged(const question_ptr& of, const redis_desk::answer& told) {
  if (!of->one) return;
  const bool is_another = told.is_error("HISTORY");
  if (is_another || (!told.with && !told.was_sent)) {  // nothing was done, and it comes again
    purges_.push_back(of);
    if (is_another) doubt();
    return;
  }
  if (!told.with) return refuse(std::move(of->one), "Redis was lost before it answered");
  if (!told.is_good() || told.with->elements.size() != 2) {
    log::warn("Redis has refused a purge", {{"what", told.with->text}});
    refuse(std::move(of->one), "Redis refuses to do this now");
    if (told.is_for_another()) desk_->end("it answers: " + told.with->text);
    return;
  }
  const auto n = static_cast<std::uint64_t>(told.with->elements[0].number);
  of->one->purged = static_cast<std::size_t>(told.with->elements[1].number);
  of->parts = 1;
  until_n_.emplace_back(n, of);
  note_behind(n);
  keep_promises();
}

void redis_store::note_behind(std::uint64_t known) noexcept {
  known_ = std::max(known_, known);
  tail_->saw_entries(known);
  tallies_.behind.set(static_cast<std::int64_t>(known_ - std::min(known_, applied_)));
}

}  // namespace longpolld
