#pragma once

#include "longpolld/parts/tally.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace longpolld {

/// What is measured under one name, read at one time.
struct metric {
  enum class kind : std::uint8_t { counter, gauge, histogram };
  using label = std::pair<std::string_view, std::string>;
  struct sample {
    std::vector<label> labels;  ///< the same names, in the same order, in each of a metric's samples
    std::variant<double, time_counts> value;  ///< times of a histogram, a number of all else
  };

  std::string_view name;  ///< with its unit
  kind is = kind::gauge;
  std::string_view help;
  std::vector<sample> samples;
};

/// In Prometheus' text format, version 0.0.4. Nothing is said of a metric without samples.
[[nodiscard]] std::string metric_text(const std::vector<metric>& all);
inline constexpr std::string_view metric_text_type = "text/plain; version=0.0.4; charset=utf-8";

/// A JSON object: each metric under its name without `prefix`, as its number, or an object for each of its
/// labels by their values. A histogram is `{"bounds":[seconds, …],"counts":[one more, …],"sum":seconds}`,
/// whose counts are each of its own.
[[nodiscard]] std::string metric_json(const std::vector<metric>& all, std::string_view prefix);

}  // namespace longpolld
