#include "longpolld/parts/metric.hpp"
#include "longpolld/parts/number_text.hpp"
#include "longpolld/parts/wire.hpp"

#include <span>

namespace longpolld {
namespace {

void append_times(std::string& to, const time_counts& of) {
  const auto append_all = [&to](const auto& all, auto number_of) {
    char before = '[';
    for (const auto& one : all) {
      to += before;
      append_number(to, number_of(one));
      before = ',';
    }
    to += ']';
  };
  to += R"({"bounds":)";
  append_all(time_counts::bounds, [](auto bound) { return std::chrono::duration<double>(bound).count(); });
  to += R"(,"counts":)";
  append_all(of.times, [](std::int64_t times) { return static_cast<double>(times); });
  to += R"(,"sum":)";
  append_number(to, std::chrono::duration<double>(of.sum).count());
  to += '}';
}

/// Samples that have the same labels before the `depth`-th.
void append_samples(std::string& to, std::span<const metric::sample> all, std::size_t depth) {
  const auto& first = all.front();
  if (depth == first.labels.size()) {
    if (const auto* times = std::get_if<time_counts>(&first.value)) return append_times(to, *times);
    return append_number(to, std::get<double>(first.value));
  }
  char before = '{';
  while (!all.empty()) {
    const auto& name = all.front().labels[depth].second;
    std::size_t count = 1;
    while (count < all.size() && all[count].labels[depth].second == name) ++count;
    to += before;
    to.append(wire::quoted(name)).append(":");
    append_samples(to, all.first(count), depth + 1);
    all = all.subspan(count);
    before = ',';
  }
  to += '}';
}

}  // namespace

std::string metric_json(const std::vector<metric>& all, std::string_view prefix) {
  std::string text;
  for (const auto& one : all) {
    if (one.samples.empty()) continue;
    const auto name = one.name.starts_with(prefix) ? one.name.substr(prefix.size()) : one.name;
    text += text.empty() ? '{' : ',';
    text.append(wire::quoted(name)).append(":");
    append_samples(text, one.samples, 0);
  }
  return text.empty() ? "{}" : text + '}';
}

}  // namespace longpolld
