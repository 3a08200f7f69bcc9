#include "longpolld/thread/shard.hpp"
#include "longpolld/thread/store/journal.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <unistd.h>
#include <utility>

namespace longpolld {
namespace {

using guard = critical_section::guard;

// Balancers ask again once it is tried again, which nobody may do for lack of publishes.
constexpr std::chrono::seconds probe_pause{1};
constexpr std::chrono::minutes tell_pause{1};
constexpr std::size_t rows_in_between = 1000;  // a few milliseconds, for which a publisher may wait
constexpr int exit_code = 74;                  // EX_IOERR

/// Straight to standard output: the log's own thread would be gone before it is written.
[[noreturn]] void end_process(std::string_view message, std::string_view what) {
  log::put(log::render(log::level::error, message, {{"what", what}}));
  ::_exit(exit_code);
}

}  // namespace

void journal::load() try {
  const auto begun = read_clocks();
  const auto done = books_.load(begun, [&](std::int64_t rows, std::int64_t all) { tell_({rows, all}); });
  const auto forgotten = books_.load_repeats([&](const repeat_of& what, const event_ids& ids, unix_ms kept) {
    const auto age = std::chrono::milliseconds(std::max<unix_ms>(0, begun.wall - kept));
    repeats_.restore(what, ids, begun.steady - age);
  });
  if (forgotten > 0) {
    log::error("idempotency keys of the journal are damaged and forgotten",
               {{"file", file_.path()}, {"table", "repeat"}, {"rows", forgotten}});
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(read_clocks().steady - begun.steady);
  log::info("the journal is read", {{"file", file_.path()},
                                    {"events", done.events},
                                    {"damaged", done.damaged},
                                    {"bytes", file_.bytes()},
                                    {"milliseconds", took.count()}});
  set_state(state::ready);
  keep_fresh_damage();
  tell_({});
} catch (const std::exception& why) {
  end_process("the journal cannot be read, and nothing of it was changed", why.what());
}

// -- what fails

/// Runs a transaction, or a part of what comes after it. Returns whether it went well; else it is undone.
bool journal::tried(const std::function<void()>& step) try {
  step();
  return true;
} catch (const journal_fault& why) {
  books_.undo();
  failed(why);
  return false;
} catch (const std::bad_alloc&) {
  books_.undo();
  return false;
}

void journal::failed(const journal_fault& why) {
  if (why.is == journal_fault::kind::unsynced) {
    end_process("the journal could not be brought to the disk, and what is there is not known", why.what());
  }
  const auto now = read_clocks().steady;
  house_at_ = now + probe_pause;
  set_state(state::failing);
  if (now < tell_again_at_) return;
  tell_again_at_ = now + tell_pause;
  has_told_ = true;
  log::error("the journal cannot be written, and what is published is refused until it can",
             {{"what", std::string_view(why.what())}});
}

void journal::went_well() {
  if (current_state() != state::failing) return;
  set_state(state::ready);
  if (!std::exchange(has_told_, false)) return;
  log::info("the journal is written again", {{"file", file_.path()}});
}

void journal::write_removals() {
  {
    const guard inside(log_);
    if (log_.shared().has_removals()) {
      auto more = log_.shared().take_removals();
      removals_.insert(removals_.end(), std::make_move_iterator(more.begin()),
                       std::make_move_iterator(more.end()));
    }
  }
  for (const auto& one : removals_) books_.add(one);
}

/// The floor where it has risen; with the time that may then be promised.
unix_ms journal::write_progress(bool with_time) {
  history::beginning at{};
  {
    const guard inside(log_);
    at = log_.shared().progress();
  }
  if (with_time || at.floor != books_.floor()) books_.add(at);
  return at.time;
}

// -- in between

/// Again until it went well: what is lost stays told, whatever is written over it meanwhile.
void journal::keep_fresh_damage() {
  if (!books_.has_fresh_damage()) return;
  trying([&] { books_.keep_fresh_damage(); });
}

void journal::keep_house() {
  const auto now = read_clocks();
  if (now.steady >= house_at_) {
    house_at_ = now.steady + house_pause;
    trying([&] { tallies_.bytes.set(file_.bytes()); });
    keep_fresh_damage();
    bool wants_time = current_state() == state::failing;  // tried again though nobody publishes
    bool has_more = !removals_.empty();
    {
      const guard inside(log_);
      wants_time = log_.shared().wants_time(now) || wants_time;
      // Also the floor, which the last transaction's events may have raised once they were shown.
      has_more = has_more || log_.shared().has_removals() || log_.shared().progress().floor != books_.floor();
    }
    trying([&] { has_more = has_more || books_.wants_collecting(); });
    if (wants_time || has_more) write_in_between(wants_time);
  }
  if (is_sync_due()) {
    trying([&] { file_.sync(); });
    is_unsynced_ = false;
    synced_ = read_clocks().steady;
  }
  trying([&] { file_.tidy(); });
}

void journal::write_in_between(bool wants_time) {
  unix_ms time = 0;
  const bool is_kept = trying([&] {
    books_.begin();
    write_removals();
    time = write_progress(wants_time);
    books_.collect(rows_in_between);
    books_.commit();
  });
  if (!is_kept) return;
  removals_.clear();
  is_unsynced_ = true;
  went_well();
  if (!wants_time) return;
  const guard inside(log_);
  log_.shared().keeps_time(time);
}

bool journal::is_sync_due() {
  const auto interval = std::chrono::milliseconds(limits_.journal_sync_interval_ms);
  return !syncs_each_ && is_unsynced_ && read_clocks().steady - synced_ >= interval;
}

}  // namespace longpolld
