#include "longpolld/http/shard_line.hpp"

#include <exception>
#include <utility>

namespace longpolld {

shard_line::shard_line(byte_gauge& bytes, shard_lines& all, std::function<void()> ask)
    : bytes_(bytes), all_(all), ask_(std::move(ask)) {
  all_.push_back(this);
}

shard_line& shard_line::oldest() {
  auto* found = this;
  for (auto* one : all_) {
    if (one->since() < found->since()) found = one;
  }
  return *found;
}

void shard_line::request() noexcept {
  if (asked_.exchange(true)) return;
  try {
    ask_();
  } catch (const std::exception&) {  // no memory: the next time it is asked again
    asked_ = false;
  }
}

void shard_line::shed() {
  asked_ = false;
  auto spared = count();  // once each: some may show time and again that they are not first
  while (bytes_.is_over()) {
    auto& line = oldest();
    if (line.since() == steady_time::max()) return;
    // Another shard does it in its own time, so what there is room for may be exceeded by a quarter.
    const bool can_wait = bytes_.now() <= bytes_.most() + bytes_.most() / 4;
    if (&line != this && (can_wait || count() == 0)) return line.request();
    end_first(spared == 0);
    if (spared > 0) --spared;
  }
}

}  // namespace longpolld
