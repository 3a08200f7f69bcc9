#include "longpolld/process/config/config_merge.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <cctype>

namespace longpolld {
namespace {

std::string variable_of(std::string_view name) {
  std::string variable = "LONGPOLLD_";
  for (const char c : name) variable += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return variable;
}

config::list split(std::string_view text) {
  config::list parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (const auto part = ascii::trimmed(text.substr(0, comma)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

bool is_word_of(std::string_view words, std::string_view word) {
  const std::string all = ' ' + std::string(words) + ' ';
  return !word.empty() && all.find(' ' + std::string(word) + ' ') != std::string::npos;
}

}  // namespace

void config_merge::problem(const std::string& origin, std::string_view key, const std::string& what) {
  problems_.push_back(utf8::escaped(origin + ": " + std::string(key) + (key.empty() ? "" : ": ") + what));
}

bool config_merge::store(const setting& of, config::number value, const std::string& origin) {
  if (value < of.least || value > of.most) {
    problem(origin, of.name, std::to_string(value) + " is out of range; allowed is " + of.allowed());
    return false;
  }
  value_.*std::get<config::number config::*>(of.where) = value;
  origins_.insert_or_assign(std::string(of.name), origin);
  return true;
}

bool config_merge::store(const setting& of, const std::string& value, const std::string& origin) {
  if (!of.words.empty() && !is_word_of(of.words, value)) {
    problem(origin, of.name, '"' + value + "\" is not allowed; allowed is " + of.allowed());
    return false;
  }
  value_.*std::get<config::text config::*>(of.where) = value;
  origins_.insert_or_assign(std::string(of.name), origin);
  return true;
}

void config_merge::text(const setting& of, std::string_view value, const std::string& origin) {
  const auto refuse_value = [&] {
    problem(origin, of.name, '"' + std::string(value) + "\" is not allowed; allowed is " + of.allowed());
  };
  if (std::holds_alternative<config::number config::*>(of.where)) {
    const auto number = whole_number<config::number>(value, true);
    if (!number) return refuse_value();
    store(of, *number, origin);
  } else if (const auto* flag = std::get_if<bool config::*>(&of.where)) {
    if (value != "true" && value != "false") return refuse_value();
    value_.*(*flag) = value == "true";
    origins_.insert_or_assign(std::string(of.name), origin);
  } else if (const auto* list = std::get_if<config::list config::*>(&of.where)) {
    value_.*(*list) = split(value);
    origins_.insert_or_assign(std::string(of.name), origin);
  } else {
    store(of, std::string(value), origin);
  }
}

void config_merge::environment(const std::function<const char*(const std::string&)>& look_up) {
  for (const auto& one : settings()) {
    const auto variable = variable_of(one.name);
    if (const char* value = look_up(variable)) text(one, value, "environment " + variable);
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
  auto& standard = value_.default_longpoll_timeout_seconds;
  constexpr std::string_view name = "default_longpoll_timeout_seconds", most = "max_longpoll_timeout_seconds";
  if (standard > value_.max_longpoll_timeout_seconds && !origins_.contains(name)) {
    standard = value_.max_longpoll_timeout_seconds;
    origins_.emplace(name, most);
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
