#include "longpolld/http/access/hook_desk.hpp"

#include <exception>
#include <utility>

namespace longpolld {
namespace {

/// Waits on another shard than the one that asks.
class distant_waiter final : public hook_waiter {
 public:
  distant_waiter(shard& of, std::unique_ptr<hook_waiter> by, std::shared_ptr<std::atomic<bool>> is_over)
      : of_(of), by_(std::move(by)), is_over_(std::move(is_over)) {}
  distant_waiter(const distant_waiter&) = delete;
  distant_waiter& operator=(const distant_waiter&) = delete;
  /// What it holds is for the other thread, while there are threads.
  ~distant_waiter() override {
    try {
      if (by_ && !*is_over_) of_.post([by = std::move(by_)] {});
    } catch (const std::exception&) {  // no memory to have it done there
    }
  }

  [[nodiscard]] bool is_awaited() const override { return by_->is_awaited(); }
  void told(const hook_verdict& what) override {
    of_.post([by = std::move(by_), what] {
      if (by->is_awaited()) by->told(what);
    });
  }

 private:
  shard& of_;
  std::unique_ptr<hook_waiter> by_;
  const std::shared_ptr<std::atomic<bool>> is_over_;
};

/// Who shows nothing guesses nothing.
bool is_guess(const hook_question& about) { return !about.forwarded().empty(); }

}  // namespace

hook_desk::part::part(hook_desk& of, shard& home, hook::tallies& counts)
    : client(of.settings_, of.trust_, home),
      asked(
          of.settings_, [this, &of](std::shared_ptr<hook_inquiry> what) { of.ask(client, std::move(what)); },
          [&of](const hook_question& about, steady_time now) {
            if (is_guess(about)) of.addresses_.guessed_wrong(about.counts_for(), now);
          },
          counts) {}

hook_desk::hook_desk(const hook_settings& settings, shard_pool& pool, address_limits& addresses)
    : settings_(settings),
      trust_(hook_client::trust_of(settings)),
      pool_(pool),
      addresses_(addresses),
      slots_(pool.size()) {}

/// Made on its shard's thread, where it looks up names, arms deadlines and is told of sockets at once.
hook_desk::part* hook_desk::part_of(std::size_t index) {
  auto& own = slots_[index];
  if (own.is_closed) return nullptr;
  if (!own.made) own.made = std::make_unique<part>(*this, pool_[index], own.counted);
  return own.made.get();
}

/// What is known is told to everyone; only of what is not, wrong credentials find out more.
void hook_desk::ask(hook_client& by, std::shared_ptr<hook_inquiry> what) {
  const auto& about = what->about();
  const auto now = by.home().now().steady;
  const bool may = !is_guess(about) || addresses_.must_not_guess(about.counts_for(), now) == 0;
  if (may) return by.ask(std::move(what));
  what->answer(hook_answer::not_asked(hook_verdict::kind::guessing, "wrong credentials"), now);
}

void hook_desk::ask(shard& from, hook_question about, std::unique_ptr<hook_waiter> by) {
  const auto index = about.key().front() % slots_.size();
  auto& of = pool_[index];
  if (&of == &from) {
    if (auto* own = part_of(index)) own->asked.ask(std::move(about), std::move(by), from.now().steady);
    return;
  }
  auto waits = std::make_unique<distant_waiter>(from, std::move(by), is_over_);
  of.post(
      [desk = shared_from_this(), &of, index, about = std::move(about), waits = std::move(waits)]() mutable {
        if (auto* its = desk->part_of(index))
          its->asked.ask(std::move(about), std::move(waits), of.now().steady);
      });
}

void hook_desk::close() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    pool_[i].post([desk = shared_from_this(), i] {
      desk->slots_[i].is_closed = true;
      desk->slots_[i].made.reset();
    });
  }
}

void hook_desk::abandon() {
  *is_over_ = true;
  for (auto& one : slots_) one.made.reset();
}

}  // namespace longpolld
