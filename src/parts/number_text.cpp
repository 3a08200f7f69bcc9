#include "longpolld/parts/number_text.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace longpolld {

void append_number(std::string& to, double value) {
  assert(std::isfinite(value));
  constexpr double exact_below = 9'007'199'254'740'992.0;  // 2^53
  std::array<char, 32> digits{};
  const bool is_whole = std::trunc(value) == value && std::abs(value) < exact_below;
  const auto end =
      is_whole
          ? std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<std::int64_t>(value)).ptr
          : std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  to.append(digits.data(), end);
}

}  // namespace longpolld
