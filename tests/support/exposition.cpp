#include "support/exposition.hpp"

#include <algorithm>
#include <cstdlib>
#include <regex>

namespace longpolld::test {
namespace {

std::string name_of(std::string_view series) { return std::string(series.substr(0, series.find('{'))); }

/// The series without its label le, and what that was.
std::pair<std::string, std::string> without_bound(const std::string& series) {
  static const std::regex bound(",?le=\"([^\"]*)\"");
  std::smatch found;
  if (!std::regex_search(series, found, bound)) return {series, ""};
  return {found.prefix().str() + found.suffix().str(), found[1].str()};
}

}  // namespace

exposition::exposition(std::string_view text) {
  if (!text.ends_with('\n')) problem("no line end at the end", "");
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line.starts_with('#') ? take_comment(line) : take_sample(line);
  }
  check_histograms();
}

void exposition::problem(std::string_view what, std::string_view where) {
  problems_.push_back(std::string(what) + ": " + std::string(where));
}

std::string exposition::metric_of(const std::string& name) const {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(suffix)) continue;
    const auto base = name.substr(0, name.size() - suffix.size());
    const auto type = types_.find(base);
    if (type != types_.end() && type->second == "histogram") return base;
  }
  return name;
}

void exposition::take_comment(std::string_view line) {
  static const std::regex form("# (HELP|TYPE) ([a-z][a-z0-9_]*) (.+)");
  std::cmatch found;
  if (!std::regex_match(line.data(), line.data() + line.size(), found, form))
    return problem("no comment", line);
  auto& all = found[1] == "HELP" ? helps_ : types_;
  const auto name = found[2].str();
  if (!all.emplace(name, found[3].str()).second) problem("said twice", line);
  if (is_closed_[name]) problem("said after its samples", line);
  if (found[1] != "TYPE") return;
  const bool is_total = name.ends_with("_total");
  if ((found[3] == "counter") != is_total) problem("_total is for counters", line);
  for (const std::string_view unit :
       {"_ms", "_milliseconds", "_microseconds", "_minutes", "_kb", "_mb", "_percent"}) {
    if (name.ends_with(unit)) problem("no base unit", line);
  }
  if (found[3] == "histogram" && !name.ends_with("_seconds")) problem("a histogram without a unit", line);
}

void exposition::take_sample(std::string_view line) {
  static const std::regex form(
      "([a-z][a-z0-9_]*(?:\\{[a-z]+=\"(?:[^\"\\\\\\n]|\\\\.)*\"(?:,[a-z]+=\"(?:[^\"\\\\\\n]|\\\\.)*\")*\\})?)"
      " "
      "(-?[0-9][0-9.e+-]*)");
  std::cmatch found;
  if (!std::regex_match(line.data(), line.data() + line.size(), found, form))
    return problem("no sample", line);
  const auto series = found[1].str();
  const auto name = name_of(series);
  const auto metric = metric_of(name);
  const auto value = std::strtod(found[2].str().c_str(), nullptr);
  if (!helps_.contains(metric) || !types_.contains(metric)) problem("no HELP or TYPE before it", line);
  if (metric != current_) {
    if (is_closed_[metric]) problem("apart from its metric", line);
    current_ = metric;
    is_closed_[metric] = true;
  }
  if (!values_.emplace(series, value).second) problem("the same series twice", line);
  in_order_.emplace_back(series, value);
  const auto type = types_[metric];
  if (type != "gauge" && value < 0) problem("below zero", line);
}

void exposition::check_histograms() {
  std::map<std::string, std::pair<double, std::string>> last;  // by series without its bound
  for (const auto& [series, value] : in_order_) {
    if (!name_of(series).ends_with("_bucket")) continue;
    const auto [base, bound] = without_bound(series);
    auto& before = last.try_emplace(base, 0.0, "-1").first->second;
    if (value < before.first) problem("buckets are not cumulative", series);
    const auto number = [](const std::string& text) {
      return text == "+Inf" ? 1e300 : std::atof(text.c_str());
    };
    if (number(bound) <= number(before.second)) problem("bounds do not rise", series);
    before = {value, bound};
  }
  for (const auto& [base, end] : last) {
    if (end.second != "+Inf") problem("no bucket for all", base);
    auto count = base;
    count.replace(count.find("_bucket"), std::string_view("_bucket").size(), "_count");
    if (count.ends_with("{}")) count.resize(count.size() - 2);
    if (value(count) != end.first) problem("the last bucket is not the count", base);
  }
}

std::vector<std::string> exposition::fallen_since(const exposition& before) const {
  std::vector<std::string> found;
  for (const auto& [series, had] : before.values_) {
    const auto type = before.types_.find(metric_of(name_of(series)));
    if (type == before.types_.end() || type->second == "gauge") continue;
    const auto now = value(series);
    if (!now || *now < had) found.push_back(series);
  }
  return found;
}

std::optional<double> exposition::value(const std::string& series) const {
  const auto found = values_.find(series);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

double exposition::sum(std::string_view name) const {
  double total = 0;
  for (const auto& [series, value] : values_) {
    if (name_of(series) == name) total += value;
  }
  return total;
}

}  // namespace longpolld::test
