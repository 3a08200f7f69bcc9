#include "longpolld/http/endpoint/fetch_wait.hpp"

#include "longpolld/http/access/hook_wait.hpp"
#include "longpolld/http/asking_share.hpp"
#include "longpolld/http/read/kept_request.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace longpolld {
namespace {

// What was fetched may be let go of before the poll looks: where memory is that short, it is told.
constexpr std::uint8_t fetches_max = 3;
// The store itself answers in time; this is for the one whose thread stands still.
constexpr std::chrono::seconds fetch_margin{2};

class fetching final : public submission {
 public:
  fetching(const exchange& one, const subscribe_query& query, asking_share share)
      : kept_(one.asked, one.body),
        by_(one.home.hook()),
        times_(one.fetches + 1),
        bytes_(std::move(share)),
        later_(one.later(std::chrono::seconds(one.home.limits().redis_timeout_seconds) + fetch_margin)) {
    if (one.said) said_.emplace(*one.said);
    fetches.assign(query.categories.begin(), query.categories.end());
  }
  void answer(const outcome<event_ids>& with) override {
    if (!with) return later_.answer(reply::failure(with.error()));
    later_.resume(kept_.asked(), kept_.body(), said_ ? &*said_ : nullptr, times_);
  }

 private:
  const kept_request kept_;
  const std::shared_ptr<hook_desk> by_;  // who has said it
  std::optional<hook_said> said_;
  const std::uint8_t times_;
  const asking_share bytes_;
  pending_reply later_;
};

}  // namespace

std::optional<reply> fetch(const exchange& one, const subscribe_query& query) {
  if (one.fetches >= fetches_max) {
    return reply::failure({503, "the server has no room for what this poll asks for"});
  }
  asking_share share;
  const auto bytes = kept_request::bytes_of(one.asked, one.body);
  if (const auto no_room = share.hold(one.home, one.client, bytes)) return reply::failure(*no_room);
  one.home.core().submit(std::make_unique<fetching>(one, query, std::move(share)));
  return std::nullopt;
}

}  // namespace longpolld
