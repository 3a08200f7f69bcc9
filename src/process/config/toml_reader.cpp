#include "longpolld/process/config/access_reader.hpp"
#include "longpolld/process/config/config_merge.hpp"
#include "longpolld/process/config/toml_table.hpp"
#include "longpolld/thread/io/text_file.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/nearest.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace longpolld {
namespace {

constexpr std::size_t line_bytes_max = 4096;

}  // namespace

/// Stores a parsed document's values into a merge, one key after the other.
class toml_reader {
 public:
  toml_reader(config_merge& into, const std::string& name) : into_(into), name_(name), access_(into, name) {}

  void read(const toml::table& document) {
    // In the order of the file, not of the alphabet.
    std::vector<std::pair<const toml::key*, const toml::node*>> lines;
    for (const auto& [key, node] : document) lines.emplace_back(&key, &node);
    std::sort(lines.begin(), lines.end(),
              [](auto& a, auto& b) { return a.first->source().begin < b.first->source().begin; });
    for (const auto& [name, value] : lines) {
      const auto& key = *name;
      const auto& node = *value;
      const std::string_view word = key.str();
      if (access_reader::knows(word)) {
        access_.read(word, node);
        continue;
      }
      const auto* found = find_option(word);
      if (!found) {
        into_.problem(place(name_, key.source().begin), word, not_an_option(word));
      } else if (!store(*found, node)) {
        into_.problem(place(name_, node.source().begin), word,
                      "is " + type_word(node) + "; allowed is " + found->allowed());
      }
    }
  }

 private:
  static std::string not_an_option(std::string_view key) {
    std::vector<std::string> names;
    for (const auto& one : all_options()) names.emplace_back(one.name);
    for (const auto name : access_reader::names) names.emplace_back(name);
    std::string likely(key);
    std::transform(likely.begin(), likely.end(), likely.begin(),
                   [](char c) { return c == '-' ? '_' : ascii::lower(c); });
    return "is not an option" + did_you_mean(likely, names) + "; --help lists all of them";
  }

  /// False when its type is not one that the option takes.
  bool store(const option& of, const toml::node& node) {
    std::optional<std::string> fault;
    if (std::holds_alternative<config::number config::*>(of.where)) {
      const bool has_unit = of.range.counts != unit::count;
      if (!node.is_integer() && !(has_unit && node.is_string())) return false;
      fault = node.is_string() ? of.read(into_.value_, node.as_string()->get())
                               : of.read(into_.value_, node.as_integer()->get());
    } else if (const auto* flag = std::get_if<bool config::*>(&of.where)) {
      if (!node.is_boolean()) return false;
      into_.value_.*(*flag) = node.as_boolean()->get();
    } else if (const auto* list = std::get_if<config::list config::*>(&of.where)) {
      if (!node.is_array()) return false;
      config::list parts;
      for (const auto& part : *node.as_array()) {
        if (!part.is_string()) return false;
        parts.push_back(part.as_string()->get());
      }
      into_.value_.*(*list) = parts;
    } else {
      if (!node.is_string()) return false;
      fault = of.read(into_.value_, node.as_string()->get());
    }
    into_.note(of, fault, place(name_, node.source().begin));
    return true;
  }

  config_merge& into_;
  const std::string& name_;
  access_reader access_;
};

void config_merge::file(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return problem(path, "", text.error().text);
  toml(*text, path);
}

void config_merge::toml(std::string_view text, const std::string& name) {
  if (text.size() > text_file_bytes_max) return problem(name, "", "is larger than 1 MiB");
  std::size_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const auto end = std::min(text.find('\n', begin), text.size());
    if (end - begin > line_bytes_max) {
      return problem(name + ':' + std::to_string(line) + ":1", "", "the line is longer than 4096 bytes");
    }
    begin = end + 1;
  }
  try {
    toml_reader(*this, name).read(toml::parse(text, name));
  } catch (const toml::parse_error& bad) {
    problem(place(name, bad.source().begin), "", std::string(bad.description()));
  }
}

}  // namespace longpolld
