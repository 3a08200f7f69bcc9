#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld::test {

/// Metrics as a server gave them, read strictly: what promtool lets pass is a problem here.
class exposition {
 public:
  explicit exposition(std::string_view text);

  /// A line that is none; a series that stands twice or apart from its metric's others; a metric without HELP
  /// or TYPE before it, or with two; a counter without _total or below 0; buckets that are not cumulative or
  /// whose last is not the count; a unit that is not a base one.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  /// Counters, buckets and counts that are less here than before, or are not there any more.
  [[nodiscard]] std::vector<std::string> fallen_since(const exposition& before) const;
  /// The value of `name{label="value"}` as it is written; nothing when there is none.
  [[nodiscard]] std::optional<double> value(const std::string& series) const;
  /// The sum over all series of this name.
  [[nodiscard]] double sum(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, std::string>& types() const { return types_; }

 private:
  void take_comment(std::string_view line);
  void take_sample(std::string_view line);
  void check_histograms();
  void problem(std::string_view what, std::string_view where);
  /// The metric that this series is one of: without the suffixes of a histogram.
  [[nodiscard]] std::string metric_of(const std::string& name) const;

  std::map<std::string, double> values_;
  std::vector<std::pair<std::string, double>> in_order_;
  std::map<std::string, std::string> types_, helps_;
  std::map<std::string, bool> is_closed_;
  std::string current_;
  std::vector<std::string> problems_;
};

}  // namespace longpolld::test
