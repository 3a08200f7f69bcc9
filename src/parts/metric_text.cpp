#include "longpolld/parts/metric.hpp"
#include "longpolld/parts/number_text.hpp"

#include <cassert>

namespace longpolld {
namespace {

std::string_view name_of(metric::kind is) {
  switch (is) {
    case metric::kind::counter:
      return "counter";
    case metric::kind::gauge:
      return "gauge";
    case metric::kind::histogram:
      return "histogram";
  }
  return "untyped";
}

void append_escaped(std::string& to, std::string_view text, bool is_quoted) {
  for (const char c : text) {
    if (c == '\\') {
      to += "\\\\";
    } else if (c == '\n') {
      to += "\\n";
    } else if (c == '"' && is_quoted) {
      to += "\\\"";
    } else {
      to += c;
    }
  }
}

/// One line of a metric's. `bound`: of a bucket, or empty.
void append_line(std::string& to, const metric& of, std::string_view suffix, const metric::sample& one,
                 std::string_view bound, double value) {
  to.append(of.name).append(suffix);
  char before = '{';
  const auto append_label = [&](std::string_view name, std::string_view text) {
    to += before;
    to.append(name).append("=\"");
    append_escaped(to, text, true);
    to += '"';
    before = ',';
  };
  for (const auto& [name, text] : one.labels) append_label(name, text);
  if (!bound.empty()) append_label("le", bound);
  if (before == ',') to += '}';
  to += ' ';
  append_number(to, value);
  to += '\n';
}

void append_histogram(std::string& to, const metric& of, const metric::sample& one) {
  const auto& counts = std::get<time_counts>(one.value);
  std::int64_t so_far = 0;
  for (std::size_t i = 0; i < counts.times.size(); ++i) {
    so_far += counts.times[i];
    std::string bound = "+Inf";
    if (i < time_counts::bounds.size()) {
      bound.clear();
      append_number(bound, std::chrono::duration<double>(time_counts::bounds[i]).count());
    }
    append_line(to, of, "_bucket", one, bound, static_cast<double>(so_far));
  }
  append_line(to, of, "_sum", one, "", std::chrono::duration<double>(counts.sum).count());
  append_line(to, of, "_count", one, "", static_cast<double>(so_far));
}

}  // namespace

std::string metric_text(const std::vector<metric>& all) {
  std::string text;
  for (const auto& one : all) {
    if (one.samples.empty()) continue;
    text.append("# HELP ").append(one.name).append(" ");
    append_escaped(text, one.help, false);
    text.append("\n# TYPE ").append(one.name).append(" ").append(name_of(one.is)).append("\n");
    for (const auto& each : one.samples) {
      assert((one.is == metric::kind::histogram) == std::holds_alternative<time_counts>(each.value));
      if (one.is == metric::kind::histogram) {
        append_histogram(text, one, each);
      } else {
        append_line(text, one, "", each, "", std::get<double>(each.value));
      }
    }
  }
  return text;
}

}  // namespace longpolld
