#include "longpolld/thread/store/unstored.hpp"

#include <string>

namespace longpolld {

std::optional<error> unstored::take(std::size_t events, std::size_t bytes) {
  const auto full = [&](config::limit limit, std::size_t had, std::size_t more) {
    return had > 0 && had + more > static_cast<std::size_t>(limits_.*limit);
  };
  const auto refusal = [&](const char* of, config::limit limit) {
    auto told =
        beyond(503, "no room for " + std::string(of) + " for " + std::string(whom_) + ':', limit, limits_);
    told.maybe_stored = false;
    return told;
  };
  if (full(&config::max_unstored_events, this->events(), events)) {
    return refusal("another event that waits", &config::max_unstored_events);
  }
  if (full(&config::max_unstored_bytes, static_cast<std::size_t>(bytes_.now()), bytes)) {
    return refusal("more bytes that wait", &config::max_unstored_bytes);
  }
  events_.add(static_cast<std::int64_t>(events));
  bytes_.add(static_cast<std::int64_t>(bytes));
  return std::nullopt;
}

}  // namespace longpolld
