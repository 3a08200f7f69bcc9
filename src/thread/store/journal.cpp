#include "longpolld/thread/store/journal.hpp"

#include "longpolld/thread/shard.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <unistd.h>
#include <utility>

namespace longpolld {
namespace {

using guard = critical_section::guard;

constexpr std::size_t events_at_once = 1000;
constexpr std::size_t bytes_at_once = 4 << 20;
constexpr std::size_t events_in_section = 64;
// So many are worth a transaction before the shard that parses them comes to the end of its turn.
constexpr std::size_t events_worth_a_wake = 32;
constexpr std::chrono::milliseconds no_memory_pause{10};

/// In events.
std::size_t weight_of(const submission& one) { return one.purges ? 1 : one.drafts.size(); }

history::beginning begins(std::uint64_t key, const moment& now) { return {key, {now.wall, 0}, now.wall}; }

}  // namespace

journal::journal(const config& limits, event_log& log, bring back, std::uint64_t key, const moment& now)
    : store(limits, log, std::move(back)),
      limits_(limits),
      syncs_each_(limits.journal_sync == sync_mode::commit),
      file_(limits.journal_file, journal_rows::whole{key, begins(key, now).floor, now.wall}, syncs_each_),
      books_(file_, log, log.shared()),
      tell_([](const load_progress&) {}) {
  set_state(state::loading);
}

journal::~journal() { stop(); }

std::string_view journal::trouble() const {
  return current_state() == state::loading ? "the journal is being read" : "the journal cannot be written";
}

void journal::start(std::function<void(const load_progress&)> tell) {
  if (tell) tell_ = std::move(tell);
  writer_ = std::thread([this] { write_on(); });
}

void journal::stop() {
  if (!writer_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    came_.notify_one();
  }
  writer_.join();
}

void journal::accept(std::unique_ptr<submission> one, const moment&) { enqueue(std::move(one)); }

void journal::purge(std::unique_ptr<submission> one, const moment&) { enqueue(std::move(one)); }

/// What cannot be queued for want of memory must be decided all the same, or repeats would wait for ever.
void journal::enqueue(std::unique_ptr<submission> one) try {
  auto refused = log_.shared().refusal(one->drafts);
  const auto events = weight_of(*one);
  const auto bytes = bytes_of(*one);
  if (!refused) {
    std::unique_lock lock(mutex_);
    refused = queued_.take(events, bytes);
    if (!refused) {
      queue_.push(std::move(one));
      const bool wakes = queued_.events() >= events_worth_a_wake && std::exchange(is_waiting_, false);
      lock.unlock();  // or who wakes would wait for it
      if (wakes) came_.notify_one();
      return;
    }
  }
  decide(std::move(one), std::move(*refused));
} catch (const std::bad_alloc&) {
  if (one) refuse(std::move(one), "the server has no memory left for this");
}

void journal::go_on() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty() || !std::exchange(is_waiting_, false)) return;
  }
  came_.notify_one();
}

/// As many as fit into one transaction; at least one, if there is any. A purge comes alone. Returns their
/// number.
std::size_t journal::take(submissions& into) {
  std::unique_lock lock(mutex_);
  if (queue_.empty() && !is_stopping_) {
    is_waiting_ = true;
    came_.wait_for(lock, house_pause, [this] { return !is_waiting_ || is_stopping_; });
    is_waiting_ = false;
  }
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (auto* next = queue_.front()) {
    const auto events = weight_of(*next);
    const auto more = bytes_of(*next);
    if (count > 0 && (next->purges || count + events > events_at_once || bytes + more > bytes_at_once)) break;
    count += events;
    bytes += more;
    queued_.give(events, more);
    const bool is_alone = next->purges.has_value();
    into.push(queue_.pop());
    if (is_alone) break;
  }
  return count;
}

void journal::write_on() {
  load();
  for (;;) {
    submissions group;
    if (take(group) > 0) {
      commit(group);
    } else if (const std::lock_guard lock(mutex_); is_stopping_) {
      break;
    }
    keep_house();
  }
  trying([&] {
    books_.begin();
    write_removals();
    {
      const guard inside(log_);
      static_cast<void>(log_.shared().time(read_clocks()));
    }
    write_progress(true);
    books_.commit();
    file_.checkpoint();
  });
}

// -- one transaction

void journal::commit(submissions& group) {
  const auto begun = read_steady();
  if (group.front()->purges) {
    commit_purge(group.pop());
  } else {
    keep(group);
  }
  tallies_.commits.add(read_steady() - begun);
}

/// Noted before it is done, so that what is gone for those who ask never comes back. Only this thread adds
/// events, so that nothing newer goes with it.
void journal::commit_purge(std::unique_ptr<submission> one) {
  std::optional<history::removal> what;
  const bool is_committed = trying([&] {
    {
      const guard inside(log_);
      what = log_.shared().purgeable(*one->purges);
    }
    if (!what) return;
    books_.begin();
    write_removals();
    books_.add(*what);
    books_.commit();
  });
  if (!is_committed) return refuse(std::move(one), "the journal cannot be written");
  if (what) {
    is_unsynced_ = true;
    removals_.clear();
    went_well();
    discarded_events discarded;
    const guard inside(log_);
    one->purged = log_.shared().apply_purge(what->category, what->last, discarded);
  }
  decide(std::move(one), event_ids());
}

void journal::keep(submissions& group) {
  bool is_written = false;
  const bool is_committed = trying([&] {
    write(group);
    is_written = true;
    books_.commit();
  });
  if (is_committed) {
    is_unsynced_ = true;
    removals_.clear();
    went_well();  // before anybody is told
    return show(group);
  }
  {
    const guard inside(log_);
    log_.shared().abandon();
  }
  // What wants memory while it commits may be on the disk already, and comes back if the process is killed
  // now.
  const bool is_failing = current_state() == state::failing;
  const auto* why = is_failing ? "the journal cannot be written" : "the server has no memory left for this";
  while (auto one = group.pop()) refuse(std::move(one), why, is_written && !is_failing);
}

void journal::write(submissions& group) {
  const auto now = read_clocks();
  auto& history = log_.shared();
  for (auto* one = group.front(); one; one = submissions::after(*one)) {
    const guard inside(log_);
    history.stamp(one->drafts, now);
  }
  const auto all = history.under_way();
  for (const auto& one : all) wire::finish_event(*one.text, one.id);
  auto next = all.begin();
  for (auto* one = group.front(); one; one = submissions::after(*one)) {
    event_ids ids;
    ids.reserve(one->drafts.size());
    for (std::size_t i = 0; i < one->drafts.size(); ++i) ids.push_back((next++)->id);
    one->decided.emplace(std::move(ids));
  }
  books_.begin();
  for (const auto& one : all) books_.add(one.in->name(), one.id.at, wire::kept_text(*one.text));
  books_.forget_repeats(repeats_.oldest_row(now.steady));  // before those of this group have a row
  for (auto* one = group.front(); one; one = submissions::after(*one)) {
    if (one->repeats) books_.add(*one->repeats, **one->decided, now.wall);
  }
  write_removals();
  write_progress(false);
  books_.collect();
}

/// Nothing fails from here on, or the file and the history would differ: without memory it waits for some.
void journal::show(submissions& group) {
  history::publication done;
  unix_ms latest = 0;
  for (const auto& one : log_.shared().under_way()) latest = std::max(latest, one.id.at.ms);
  for (bool is_all = false; !is_all;) {
    try {
      const guard inside(log_);
      is_all = log_.shared().show(events_in_section, done);
      if (is_all) log_.shared().keeps_time(latest);
    } catch (const std::bad_alloc&) {
      std::this_thread::sleep_for(no_memory_pause);
    }
  }
  decided(group);
  log_.tell(done);
  log_.ring(done.rung);
}

}  // namespace longpolld
