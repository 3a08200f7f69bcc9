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

void config_merge::note(const option& of, const std::optional<std::string>& fault,
                        const std::string& origin) {
  if (fault) return problem(origin, of.name, *fault);
  origins_.insert_or_assign(std::string(of.name), origin);
}

void config_merge::text(const option& of, std::string_view value, const std::string& origin) {
  note(of, of.read(value_, value), origin);
}

void config_merge::environment(const char* const* variables) {
  std::vector<std::string> names;
  for (const auto& one : all_options()) names.push_back(upper(one.name));
  for (; *variables != nullptr; ++variables) {
    const std::string_view line(*variables);
    const auto name = line.substr(0, line.find('='));
    if (!name.starts_with(prefix) || name.size() == line.size()) continue;
    const auto found = std::find(names.begin(), names.end(), name.substr(prefix.size()));
    if (found != names.end()) {
      const auto index = static_cast<std::size_t>(found - names.begin());
      text(all_options()[index], line.substr(name.size() + 1), "environment " + std::string(name));
    } else if (const auto meant = nearest(upper(name.substr(prefix.size())), names)) {
      problem("environment", name, "is not an option; did you mean " + std::string(prefix) + *meant + '?');
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
  const auto name = option_of(standard).name;
  if (value_.*standard > value_.*most && !origins_.contains(name)) {
    value_.*standard = value_.*most;
    origins_.emplace(name, option_of(most).name);
  }
  check_access();
  for (const auto& one : contradictions(value_)) {
    refuse(one.key, one.what + " (" + std::string(one.other) + " from " + origin_of(one.other) + ")");
  }
}

void config_merge::check_access() {
  constexpr auto known = &config::known_categories;
  for (const auto& one : value_.*known) {
    auto read = category_pattern::parse(one);
    if (!read) refuse(option_of(known).name, '"' + one + "\": " + read.error().text);
    if (read) access_.known.push_back(std::move(*read));
  }
  constexpr auto allowed = &config::cors_allow_origins;
  for (const auto& one : value_.*allowed) {
    if (!access_.hook_takes_cookies() || (one != "*" && one != "null")) continue;
    refuse(option_of(allowed).name,
           one +
               " cannot be used while [hook] forwards Cookie: pages of anybody would "
               "act for whoever is signed in");
  }
}

namespace {

void print(std::string& to, std::string_view table, std::string_view name, const rights& may) {
  to += "# " + std::string(table) + (name.empty() ? "" : " " + utf8::escaped(name)) + ": may subscribe to " +
        std::to_string(may.subscribe.size()) + " and publish to " + std::to_string(may.publish.size()) +
        " patterns of categories\n";
}

}  // namespace

std::string config_merge::print() const {
  std::string shown;
  std::string_view group;
  for (const auto& one : all_options()) {
    if (one.group != group) {
      shown += (group.empty() ? "# " : "\n# ") + std::string(one.group) + '\n';
      group = one.group;
    }
    shown +=
        std::string(one.name) + " = " + one.show(value_) + "  # " + utf8::escaped(origin_of(one.name)) + '\n';
  }
  if (access_.has_tables) shown += "\n# Who may do what, of which secrets are not shown\n";
  if (access_.anyone) longpolld::print(shown, "[anyone]", "", *access_.anyone);
  for (const auto& one : access_.keys) longpolld::print(shown, "[[key]]", one.name, one.may);
  if (access_.hook) shown += "# [hook] " + access_.hook->url.origin() + '\n';
  for (const auto& one : access_.issuers) longpolld::print(shown, "[[issuer]]", one.name, one.may);
  return shown;
}

}  // namespace longpolld
