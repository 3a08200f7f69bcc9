#include "longpolld/words/utc_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace longpolld {

std::string utc_text(unix_ms time) {
  time = std::max<unix_ms>(time, 0);
  const auto seconds = static_cast<std::time_t>(time / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const auto begun = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &utc);
  std::snprintf(text.data() + begun, text.size() - begun, "%03dZ", static_cast<int>(time % 1000));
  return text.data();
}

}  // namespace longpolld
