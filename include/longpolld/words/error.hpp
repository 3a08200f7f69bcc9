#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace longpolld {

/// Why a request is refused: the true HTTP status and one sentence that names the parameter and the rule.
/// On the wire path errors are values; nothing there throws.
struct error {
  int status = 400;
  std::string text;
  std::string_view limit{};              ///< the option whose limit was reached, or empty
  std::int64_t retry_after_seconds = 1;  ///< of 429 and 503
};

/// Beyond a limit: "the body must not be larger than max_body_bytes = 1000".
[[nodiscard]] inline error beyond(int status, std::string_view rule, std::string_view option,
                                  std::int64_t value) {
  return {status, std::string(rule) + " " + std::string(option) + " = " + std::to_string(value), option};
}

/// Reached only by calling value() on a failed outcome without looking first.
[[noreturn]] inline void throw_exception_from_error(const error& failed, const boost::source_location&) {
  throw std::logic_error(failed.text);
}

template <class T>
using outcome = boost::system::result<T, error>;

}  // namespace longpolld
