#include "longpolld/process/config/toml_table.hpp"

#include "longpolld/words/nearest.hpp"
#include "longpolld/words/quantity.hpp"

#include <algorithm>
#include <utility>

namespace longpolld {

std::string type_word(const toml::node& node) {
  if (node.is_string()) return "a string";
  if (node.is_integer()) return "a whole number";
  if (node.is_floating_point()) return "a floating point number";
  if (node.is_boolean()) return "true or false";
  if (node.is_array()) return "a list";
  if (node.is_table()) return "a table";
  return "a date or time";
}

std::string place(const std::string& name, const toml::source_position& at) {
  return name + ':' + std::to_string(at.line) + ':' + std::to_string(at.column);
}

toml_table::toml_table(const toml::table& of, std::string path, report wrong)
    : table_(of), path_(std::move(path)), wrong_(std::move(wrong)) {}

const toml::node* toml_table::find(std::string_view name) {
  asked_for_.emplace_back(name);
  return table_.get(name);
}

void toml_table::refuse_at(const toml::source_position& at, std::string_view name, const std::string& what) {
  is_well_ = false;
  wrong_(at, path_ + (name.empty() ? "" : "." + std::string(name)), what);
}

void toml_table::refuse_type(const toml::node& node, std::string_view name, std::string_view allowed) {
  refuse_at(node.source().begin, name, "is " + type_word(node) + "; allowed is " + std::string(allowed));
}

void toml_table::refuse(std::string_view name, const std::string& what) {
  const auto* node = table_.get(name);
  refuse_at(node ? node->source().begin : table_.source().begin, name, what);
}

std::optional<std::string> toml_table::text(std::string_view name) {
  const auto* node = find(name);
  if (!node) return std::nullopt;
  if (node->is_string()) return node->as_string()->get();
  refuse_type(*node, name, "a string");
  return std::nullopt;
}

bool toml_table::boolean(std::string_view name, bool otherwise) {
  const auto* node = find(name);
  if (!node) return otherwise;
  if (node->is_boolean()) return node->as_boolean()->get();
  refuse_type(*node, name, "true or false");
  return otherwise;
}

std::int64_t toml_table::seconds(std::string_view name, std::int64_t least, std::int64_t most,
                                 std::int64_t otherwise) {
  return quantity_of(name, unit::seconds, least, most, otherwise);
}

std::int64_t toml_table::number(std::string_view name, std::int64_t least, std::int64_t most,
                                std::int64_t otherwise) {
  return quantity_of(name, unit::count, least, most, otherwise);
}

std::int64_t toml_table::quantity_of(std::string_view name, unit in, std::int64_t least, std::int64_t most,
                                     std::int64_t otherwise) {
  const auto allowed =
      allowed_quantity(in) + " from " + std::to_string(least) + " to " + std::to_string(most);
  const auto* node = find(name);
  if (!node) return otherwise;
  if (!node->is_integer() && !(in == unit::seconds && node->is_string())) {
    refuse_type(*node, name, allowed);
    return otherwise;
  }
  quantity read;
  if (node->is_integer()) {
    read.value = node->as_integer()->get();
  } else {
    read = read_quantity(node->as_string()->get(), in);
  }
  if (!read.fault.empty()) {
    refuse(name, read.fault + "; allowed is " + allowed);
  } else if (read.value < least || read.value > most) {
    refuse(name, std::to_string(read.value) + " is out of range; allowed is " + allowed);
  } else {
    return read.value;
  }
  return otherwise;
}

void toml_table::each_text(std::string_view name,
                           const std::function<void(const std::string&, const toml::node&)>& take) {
  const auto* node = find(name);
  if (!node) return;
  if (!node->is_array()) return refuse_type(*node, name, "a list of strings");
  for (const auto& one : *node->as_array()) {
    if (!one.is_string()) {
      refuse_type(one, name, "a list of strings");
    } else {
      take(one.as_string()->get(), one);
    }
  }
}

std::vector<std::string> toml_table::texts(std::string_view name) {
  std::vector<std::string> made;
  each_text(name, [&](const std::string& one, const toml::node&) { made.push_back(one); });
  return made;
}

std::vector<category_pattern> toml_table::patterns(std::string_view name, category_pattern::claims may_have) {
  std::vector<category_pattern> made;
  each_text(name, [&](const std::string& one, const toml::node& node) {
    auto read = category_pattern::parse(one, may_have);
    if (read) {
      made.push_back(std::move(*read));
    } else {
      refuse_at(node.source().begin, name, '"' + one + "\": " + read.error().text);
    }
  });
  return made;
}

bool toml_table::finish() {
  for (const auto& [key, node] : table_) {
    const std::string_view name = key.str();
    if (std::find(asked_for_.begin(), asked_for_.end(), name) != asked_for_.end()) continue;
    refuse_at(key.source().begin, name, "is not known here" + did_you_mean(name, asked_for_));
  }
  return is_well_;
}

}  // namespace longpolld
