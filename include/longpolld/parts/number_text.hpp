#pragma once

#include <string>

namespace longpolld {

/// Appends a finite number as JSON and Prometheus read it: a whole one without a point or an exponent as far
/// as it is exact, any other by the fewest digits that mean it.
void append_number(std::string& to, double value);

}  // namespace longpolld
