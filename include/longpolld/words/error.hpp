#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>

namespace longpolld {

/// Why a request is refused: the true HTTP status and one sentence that names the parameter and the rule.
/// On the wire path errors are values; nothing there throws.
struct error {
  int status = 400;
  std::string text;
};

/// Reached only by calling value() on a failed outcome without looking first.
[[noreturn]] inline void throw_exception_from_error(const error& failed, const boost::source_location&) {
  throw std::logic_error(failed.text);
}

template <class T>
using outcome = boost::system::result<T, error>;

}  // namespace longpolld
