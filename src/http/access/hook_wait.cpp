#include "longpolld/http/access/hook_wait.hpp"

#include "longpolld/http/asking_share.hpp"
#include "longpolld/http/read/kept_request.hpp"

#include <chrono>
#include <utility>

namespace longpolld {
namespace {

// The hook itself answers in time; this is for the one whose thread stands still.
constexpr std::chrono::seconds margin{2};

/// A request that waits for the backend's word.
struct waiting_request {
  waiting_request(const exchange& one, const hook_question& what, asking_share share)
      : kept(one.asked, one.body),
        about(what.key()),
        by(one.home.hook()),
        bytes(std::move(share)),
        later(one.later(one.home.hook()->settings().timeout + margin)) {}

  const kept_request kept;
  const sha256_digest about;  // the question's key
  const std::shared_ptr<hook_desk> by;
  const asking_share bytes;
  pending_reply later;
};

class asker final : public hook_waiter {
 public:
  asker(const exchange& one, const hook_question& about, asking_share share)
      : waits_(std::make_unique<waiting_request>(one, about, std::move(share))), shard_(one.home.core()) {}

  [[nodiscard]] bool is_awaited() const override { return !waits_->later.has_left(); }
  /// By a turn of its own: whoever tells may still be at work with the same connection, or tell thousands.
  void told(const hook_verdict& what) override {
    shard_.post([waits = std::move(waits_), what] {
      const hook_said said{waits->about, what, waits->by.get()};
      waits->later.resume(waits->kept.asked(), waits->kept.body(), &said);
    });
  }

 private:
  std::unique_ptr<waiting_request> waits_;
  shard& shard_;
};

}  // namespace

std::optional<reply> ask_hook(const exchange& one, hook_question about) {
  asking_share share;
  const auto bytes = kept_request::bytes_of(one.asked, one.body) + about.bytes();
  if (const auto no_room = share.hold(one.home, one.client, bytes)) return reply::failure(*no_room);
  auto waits = std::make_unique<asker>(one, about, std::move(share));
  one.home.hook()->ask(one.home.core(), std::move(about), std::move(waits));
  return std::nullopt;
}

}  // namespace longpolld
