#pragma once

#include "longpolld/words/config.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace longpolld {

/// Why a request is refused: the true HTTP status and one sentence that names the parameter and the rule.
/// On the wire path errors are values; nothing there throws.
struct error {
  int status = 400;
  std::string text;
  config::limit limit = nullptr;         ///< which was reached, if any
  std::int64_t retry_after_seconds = 1;  ///< of 429 and 503
  std::optional<bool> maybe_stored =
      std::nullopt;  ///< of a publish that was begun: whether its events may be there
};

/// Beyond a limit: "the body must not be larger than max_body_bytes = 1000".
[[nodiscard]] error beyond(int status, std::string_view rule, config::limit limit, config::number value);
[[nodiscard]] inline error beyond(int status, std::string_view rule, config::limit limit, const config& of) {
  return beyond(status, rule, limit, of.*limit);
}

/// Reached only by calling value() on a failed outcome without looking first.
[[noreturn]] inline void throw_exception_from_error(const error& failed, const boost::source_location&) {
  throw std::logic_error(failed.text);
}

template <class T>
using outcome = boost::system::result<T, error>;

}  // namespace longpolld
