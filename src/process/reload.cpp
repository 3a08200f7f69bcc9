#include "longpolld/process/reload.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/contradictions.hpp"
#include "longpolld/words/log.hpp"

#include <utility>

namespace longpolld {

reload::reload(const config& running, const config& written, reading again)
    : running_(running), written_(written), read_(std::move(again)) {}

reload_result reload::operator()(server& running) {
  const auto read = read_();
  reload_result found{read.problems, {}};
  if (!found.problems.empty()) return found;
  auto next = running_;
  auto written = written_;
  std::vector<std::string> changed;
  for (const auto& one : all_options()) {
    if (one.is_same(written_, read.value)) continue;
    if (!one.reloads) {
      log::warn("an option that cannot be reloaded has changed; restart the server for it",
                {{"option", one.name}, {"running", one.show(running_)}, {"written", one.show(read.value)}});
      found.needs_restart.emplace_back(one.name);
      continue;
    }
    one.copy(read.value, next);
    one.copy(read.value, written);
    changed.emplace_back(one.name);
  }
  // With the values that stay until a restart the new ones may not go together.
  for (const auto& one : contradictions(next)) {
    found.problems.push_back(std::string(one.key) + ": " + one.what + " (" + std::string(one.other) +
                             " as the server runs)");
  }
  if (!found.problems.empty()) return found;
  // Where tls_listen is no more in the file its certificate is not either, which contradicts what runs.
  const auto tls = next.tls_listen.empty() ? nullptr : read.tls;
  log::set_level(next.logging_enabled ? next.log_level : log::level::off);
  running.reconfigure(next, read.access, tls);
  running_ = std::move(next);
  written_ = std::move(written);
  log::info("reloaded", {{"changed", ascii::joined(changed, ",")},
                         {"keys", read.access->keys.size()},
                         {"issuers", read.access->issuers.size()}});
  if (tls) {
    for (const auto& one : tls->warnings()) log::warn(one);
  }
  return found;
}

}  // namespace longpolld
