#include "longpolld/http/access/hook_addresses.hpp"

#include "longpolld/words/number.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <utility>

namespace longpolld {

/// How a look-up's thread gets back onto the shard, while there still is one to get to.
struct hook_addresses::way_back {
  std::mutex mutex;
  hook_addresses* to = nullptr;
};

hook_addresses::hook_addresses(const http_url& of, shard& home, std::function<void()> changed)
    : of_(of), home_(home), changed_(std::move(changed)), way_back_(std::make_shared<way_back>()) {
  way_back_->to = this;
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(of.host, is_name);
  if (!is_name) {
    known_.emplace_back(address, whole_number<std::uint16_t>(of.port).value_or(0));
    is_fixed_ = true;
  } else {
    begin();
  }
}

hook_addresses::~hook_addresses() {
  const std::lock_guard hold(way_back_->mutex);
  way_back_->to = nullptr;
}

const std::vector<hook_addresses::endpoint>& hook_addresses::now() {
  if (!is_fixed_ && home_.now().steady >= next_) begin();
  return known_;
}

void hook_addresses::begin() {
  try {
    look_up(of_.host, of_.port, [back = way_back_](looked_up what) {
      const std::lock_guard hold(back->mutex);
      if (!back->to) return;
      back->to->home_.post([back, what = std::move(what)] {
        if (back->to) back->to->found(what);
      });
    });
    is_looking_up_ = true;
    next_ = home_.now().steady + patience;
  } catch (const std::exception& failed) {
    problem_ = std::string("cannot look up its name: ") + failed.what();
    next_ = home_.now().steady + retry_pause;
  }
}

void hook_addresses::found(const looked_up& what) {
  is_looking_up_ = false;
  if (what.failed) {
    problem_ = "cannot look up its name: " + what.failed.message();
  } else {
    // What was preferred stays so while it is there.
    const auto first = known_.empty() ? endpoint() : known_.front();
    known_ = what.found;
    prefer(first);
  }
  next_ = home_.now().steady + (known_.empty() ? retry_pause : look_up_pause);
  changed_();
}

void hook_addresses::prefer(const endpoint& one) {
  const auto at = std::find(known_.begin(), known_.end(), one);
  if (at != known_.end()) std::rotate(known_.begin(), at, at + 1);
}

void hook_addresses::avoid(const endpoint& one) {
  const auto at = std::find(known_.begin(), known_.end(), one);
  if (at != known_.end()) std::rotate(at, at + 1, known_.end());
}

}  // namespace longpolld
