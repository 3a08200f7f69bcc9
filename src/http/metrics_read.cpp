#include "longpolld/http/counters.hpp"
#include "longpolld/http/metrics.hpp"
#include "longpolld/parts/number_text.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/thread/io/process_figures.hpp"

#include <array>
#include <utility>

namespace longpolld {
namespace {

void add_process(std::vector<metric>& into) {
  const auto now = process_figures::read();
  const auto row = [&](std::string_view name, metric::kind is, std::string_view help, double value) {
    if (value > 0) into.push_back({name, is, help, {{{}, value}}});
  };
  row("process_resident_memory_bytes", metric::kind::gauge, "Memory that is in use.",
      static_cast<double>(now.resident_bytes));
  row("process_open_fds", metric::kind::gauge, "Open descriptors.",
      static_cast<double>(now.open_descriptors));
  row("process_max_fds", metric::kind::gauge, "Descriptors that may be open.",
      static_cast<double>(now.descriptors_max));
  row("process_threads", metric::kind::gauge, "Threads.", static_cast<double>(now.threads));
  row("process_cpu_seconds_total", metric::kind::counter,
      "Time on processors, the system's on its behalf included.", now.cpu_seconds);
  row("process_start_time_seconds", metric::kind::gauge, "When the process began, as unix time.",
      now.begun_seconds);
}

totals totals_of(const metric_sources& from) {
  return read_totals(from.pool.log(), from.shared, static_cast<std::size_t>(from.shared.parked()));
}

}  // namespace

std::vector<metric> read_metrics(const metric_sources& from) {
  std::vector<metric> all;
  const auto counted = totals_of(from);
  for (const auto& one : counters()) {
    all.push_back({one.metric_name,
                   one.falls ? metric::kind::gauge : metric::kind::counter,
                   one.help,
                   {{{}, static_cast<double>(counted.*one.value)}}});
  }
  for (const auto& one : metric_rows()) {
    all.push_back({one.name, one.is, one.help, {}});
    one.read(from, all.back().samples);
  }
  add_process(all);
  return all;
}

std::string status_json(const metric_sources& from) {
  const auto& keeps = from.pool.keeps();
  const auto state = keeps.current_state();
  const std::chrono::duration<double> uptime = read_steady() - from.begun;
  std::string text = R"({"version":")" LONGPOLLD_VERSION R"(","uptime_seconds":)";
  append_number(text, uptime.count());
  text.append(R"(,"draining":)").append(from.shared.draining ? "true" : "false");
  text.append(R"(,"threads":)").append(std::to_string(from.pool.size()));
  text.append(R"(,"store":{"kind":")").append(name_of(from.limits.store));
  text.append(R"(","state":")").append(name_of(state)).append("\"");
  if (state != store::state::ready) text.append(R"(,"trouble":)").append(wire::quoted(keeps.trouble()));
  text += '}';
  const auto counted = totals_of(from);
  for (const auto& one : counters()) {
    text.append(",\"").append(one.name).append("\":").append(std::to_string(counted.*one.value));
  }
  text += R"(,"limits_reached":{)";
  for (const auto& [limit, times] : from.shared.all_reached()) {
    text.append(text.ends_with('{') ? "\"" : ",\"").append(limit).append("\":").append(std::to_string(times));
  }
  return text + R"(},"metrics":)" + metric_json(read_metrics(from), metric_prefix) + '}';
}

}  // namespace longpolld
