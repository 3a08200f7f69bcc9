#include "longpolld/heart/history.hpp"

#include <algorithm>

namespace longpolld {
namespace {

constexpr std::size_t expiries_per_call = 1024;

}  // namespace

bool history::expire(const moment& now, discarded_events& discarded) {
  std::size_t budget = expiries_per_call;
  while (budget > 0) {
    auto* due = expiries_.pop_due(now.steady);
    if (!due) return false;
    auto& one = *static_cast<category_record*>(due);
    const auto count = std::min(one.ring.published_after(now.steady - time_to_live()), budget);
    lose(one, count, discarded);
    counts_.expired_events += count;
    budget -= std::max<std::size_t>(count, 1);
    if (!one.ring.empty()) expiries_.arm(one, one.ring.oldest() + time_to_live());
  }
  return true;
}

history::counts history::count() const {
  counts now = counts_;
  now.categories = books_.histories();
  now.with_events = books_.with_events();
  return now;
}

}  // namespace longpolld
