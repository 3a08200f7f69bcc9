#include "longpolld/process/config/config_merge.hpp"

#include "longpolld/words/contradictions.hpp"
#include "longpolld/words/nearest.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>

namespace longpolld {
namespace {

constexpr std::string_view prefix = "LONGPOLLD_";

std::string upper(std::string_view text) {
  std::string made;
  for (const char c : text) made += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return made;
}

}  // namespace

void config_merge::problem(const std::string& origin, std::string_view key, const std::string& what) {
  problems_.push_back(utf8::escaped(origin + ": " + std::string(key) + (key.empty() ? "" : ": ") + what));
}

void config_merge::note(const setting& of, const std::optional<std::string>& fault,
                        const std::string& origin) {
  if (fault) return problem(origin, of.name, *fault);
  origins_.insert_or_assign(std::string(of.name), origin);
}

void config_merge::text(const setting& of, std::string_view value, const std::string& origin) {
  note(of, of.read(value_, value), origin);
}

void config_merge::environment(const char* const* variables) {
  std::vector<std::string> names;
  for (const auto& one : settings()) names.push_back(std::string(prefix) + upper(one.name));
  for (; *variables != nullptr; ++variables) {
    const std::string_view line(*variables);
    const auto name = line.substr(0, line.find('='));
    if (!name.starts_with(prefix) || name.size() == line.size()) continue;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) {
      const auto index = static_cast<std::size_t>(found - names.begin());
      text(settings()[index], line.substr(name.size() + 1), "environment " + *found);
    } else if (const auto meant = did_you_mean(upper(name), names); !meant.empty()) {
      problem("environment", name, "is not an option" + meant);
    }
  }
}

std::string config_merge::origin_of(std::string_view key) const {
  const auto found = origins_.find(key);
  return found == origins_.end() ? "default" : found->second;
}

void config_merge::refuse(std::string_view key, const std::string& what) {
  problem(origin_of(key), key, what);
}

void config_merge::check() {
  // Who asks for shorter polls has not asked for the default's 30 seconds.
  constexpr auto standard = &config::default_longpoll_timeout_seconds;
  constexpr auto most = &config::max_longpoll_timeout_seconds;
  const auto name = setting_of(standard).name;
  if (value_.*standard > value_.*most && !origins_.contains(name)) {
    value_.*standard = value_.*most;
    origins_.emplace(name, setting_of(most).name);
  }
  for (const auto& one : contradictions(value_)) {
    refuse(one.key, one.what + " (" + std::string(one.other) + " from " + origin_of(one.other) + ")");
  }
}

std::string config_merge::print() const {
  std::string shown;
  std::string_view group;
  for (const auto& one : settings()) {
    if (one.group != group) {
      shown += (group.empty() ? "# " : "\n# ") + std::string(one.group) + '\n';
      group = one.group;
    }
    shown +=
        std::string(one.name) + " = " + one.show(value_) + "  # " + utf8::escaped(origin_of(one.name)) + '\n';
  }
  return shown;
}

}  // namespace longpolld
