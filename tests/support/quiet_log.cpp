#include "longpolld/words/log.hpp"

#include <cstdlib>

namespace longpolld::test {
namespace {

/// What servers in the tests' own process log would bury what failed; LONGPOLLD_TEST_LOG in the environment
/// shows it.
[[maybe_unused]] const bool is_quiet = [] {
  if (std::getenv("LONGPOLLD_TEST_LOG") != nullptr) return false;
  log::set_level(log::level::off);
  return true;
}();

}  // namespace
}  // namespace longpolld::test
