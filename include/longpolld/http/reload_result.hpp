#pragma once

#include <string>
#include <vector>

namespace longpolld {

/// What came of reading the configuration again.
struct reload_result {
  std::vector<std::string> problems{};       ///< what is wrong; if anything is, all stays as it was
  std::vector<std::string> needs_restart{};  ///< options that have changed and stay as they were until then
};

}  // namespace longpolld
