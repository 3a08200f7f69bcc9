#include "longpolld/http/access/hook.hpp"

#include "longpolld/words/log.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace longpolld {
namespace {

// Of a backend that answers some and not others, so that it fills no log.
constexpr std::chrono::seconds complaint_pause{10};

}  // namespace

class hook::inquiry final : public hook_inquiry {
 public:
  inquiry(hook& of, hook_question about, steady_time now) : of_(&of), about_(std::move(about)), asked_(now) {}
  ~inquiry() override {
    if (is_answered_) return;
    if (is_wanted()) {
      answer(hook_answer::unavailable("the question was dropped"), asked_);
    } else if (of_) {
      of_->dropped(about_);
    }
  }

  [[nodiscard]] const hook_question& about() const override { return about_; }
  [[nodiscard]] bool is_wanted() const override {
    return std::any_of(waiters_.begin(), waiters_.end(), [](const auto& one) { return one->is_awaited(); });
  }
  void answer(const hook_answer& what, steady_time now) noexcept override {
    is_answered_ = true;
    if (auto* of = std::exchange(of_, nullptr)) {
      try {
        of->finished(about_, what, now);
      } catch (const std::exception&) {  // no memory to keep it, or to say so
        of->dropped(about_);
      }
    }
    // Who is told may ask again, which is another inquiry.
    for (auto& one : std::exchange(waiters_, {})) {
      const auto waiter = std::move(one);
      if (!waiter->is_awaited()) continue;
      try {
        waiter->told(what.verdict);
      } catch (const std::exception& failed) {  // costs its own request
        log::error("a request failed", {{"what", std::string_view(failed.what())}});
      }
    }
  }

  void add(std::unique_ptr<hook_waiter> one) { waiters_.push_back(std::move(one)); }
  /// The hook is gone.
  void part() { of_ = nullptr; }

 private:
  hook* of_;
  const hook_question about_;
  const steady_time asked_;
  bool is_answered_ = false;
  std::vector<std::unique_ptr<hook_waiter>> waiters_;
};

hook::hook(const hook_settings& settings, asker asks, listener unauthorized, tallies& counts)
    : settings_(settings), asks_(std::move(asks)), unauthorized_(std::move(unauthorized)), tallies_(counts) {}

hook::~hook() {
  kept_.clear();
  for (auto& [key, one] : entries_) {
    if (one.asking) one.asking->part();
  }
}

const hook_verdict* hook::known(const hook_question& about, steady_time now) {
  const auto found = entries_.find(about.key());
  if (found == entries_.end()) return nullptr;
  auto& one = found->second;
  if (one.asking || one.until <= now) return nullptr;
  kept_.splice(kept_.end(), kept_, kept_.iterator_to(one));
  return &one.verdict;
}

void hook::ask(hook_question about, std::unique_ptr<hook_waiter> by, steady_time now) {
  if (const auto* verdict = known(about, now)) {
    tallies_.known.add();
    return by->told(hook_verdict(*verdict));
  }
  auto& one = make_entry(about.key());
  if (one.asking) {
    tallies_.joined.add();
    return one.asking->add(std::move(by));
  }
  std::shared_ptr<inquiry> made;
  try {
    made = std::make_shared<inquiry>(*this, std::move(about), now);
    made->add(std::move(by));
  } catch (const std::exception&) {
    made ? made->part() : void();
    forget(one);
    throw;
  }
  one.asking = made.get();
  try {
    asks_(std::move(made));
  } catch (const std::exception&) {  // it was dropped by that, and so its waiters are told
  }
}

/// The entry of this key, which is not among those kept.
hook::entry& hook::make_entry(const sha256_digest& key) {
  const auto at = entries_.try_emplace(key).first;
  auto& one = at->second;
  one.key = &at->first;
  if (one.is_linked()) kept_.erase(kept_.iterator_to(one));
  return one;
}

void hook::forget(entry& one) {
  if (one.is_linked()) kept_.erase(kept_.iterator_to(one));
  entries_.erase(entries_.find(*one.key));
}

std::chrono::seconds hook::lasts(const hook_answer& what) const {
  const bool is_said = what.verdict.is_said();
  return std::min(what.keep.value_or(is_said ? settings_.cache : settings_.back_off),
                  is_said ? settings_.max_cache : settings_.back_off);
}

void hook::finished(const hook_question& about, const hook_answer& what, steady_time now) {
  const auto found = entries_.find(about.key());
  auto& one = found->second;
  one.asking = nullptr;
  if (what.verdict.is_of_backend()) tallies_.asked.add();
  if (const auto time = lasts(what); time > time.zero()) {
    while (!kept_.empty() && kept_.size() >= settings_.max_cached) forget(kept_.front());
    one.verdict = what.verdict;
    one.until = now + time;
    kept_.push_back(one);
  } else {
    forget(one);
  }
  if (what.verdict.what == hook_verdict::kind::unauthorized) unauthorized_(about, now);
  note(what, now);
}

/// Nothing is known of it.
void hook::dropped(const hook_question& about) {
  if (const auto found = entries_.find(about.key()); found != entries_.end()) forget(found->second);
}

void hook::note(const hook_answer& what, steady_time now) {
  if (what.verdict.what == hook_verdict::kind::guessing) return;
  if (what.verdict.what == hook_verdict::kind::crowded) {
    if (now < crowd_quiet_until_) return;
    crowd_quiet_until_ = now + complaint_pause;
    return log::warn("the hook is not asked", {{"why", what.why}});
  }
  if (what.verdict.is_said()) {
    if (std::exchange(is_said_down_, false))
      log::info("the hook answers again", {{"url", settings_.url.origin()}});
    return;
  }
  if (is_said_down_ || now < quiet_until_) return;
  is_said_down_ = true;
  quiet_until_ = now + complaint_pause;
  log::warn("the hook does not answer", {{"url", settings_.url.origin()}, {"why", what.why}});
}

}  // namespace longpolld
