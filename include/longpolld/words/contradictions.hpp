#pragma once

#include "longpolld/words/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// Two values that contradict each other: `key` is the name of the one, `what` is wrong with it beside
/// `other`.
struct contradiction {
  std::string_view key;
  std::string_view other;
  std::string what;
};
[[nodiscard]] std::vector<contradiction> contradictions(const config& of);

}  // namespace longpolld
