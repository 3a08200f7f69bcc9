#pragma once

#include "longpolld/parts/category_pattern.hpp"
#include "longpolld/words/quantity.hpp"

#include <toml++/toml.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// "a string", "a list", …: what a value is.
[[nodiscard]] std::string type_word(const toml::node& node);

/// "name:line:column"
[[nodiscard]] std::string place(const std::string& name, const toml::source_position& at);

/// Reads the members of one table of a TOML file. Whatever is wrong is reported with its place, and the
/// member counts as absent then. Each function is called once for its member; finish() after all of them.
class toml_table {
 public:
  using report = std::function<void(const toml::source_position& at, std::string key, std::string what)>;

  /// `path`: what the table is called in messages, as `key[1]`.
  toml_table(const toml::table& of, std::string path, report wrong);

  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] bool boolean(std::string_view name, bool otherwise);
  /// A whole number, or text with a unit of time.
  [[nodiscard]] std::int64_t seconds(std::string_view name, std::int64_t least, std::int64_t most,
                                     std::int64_t otherwise);
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most,
                                    std::int64_t otherwise);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::vector<category_pattern> patterns(std::string_view name,
                                                       category_pattern::claims may_have);

  /// Says that a member is wrong, or, when it is absent, the table.
  void refuse(std::string_view name, const std::string& what);
  /// Says which members nobody asked for. Returns whether all was well.
  [[nodiscard]] bool finish();

 private:
  [[nodiscard]] const toml::node* find(std::string_view name);
  void refuse_at(const toml::source_position& at, std::string_view name, const std::string& what);
  [[nodiscard]] std::int64_t quantity_of(std::string_view name, unit in, std::int64_t least,
                                         std::int64_t most, std::int64_t otherwise);
  void refuse_type(const toml::node& node, std::string_view name, std::string_view allowed);
  /// Each text of a list, with its node.
  void each_text(std::string_view name,
                 const std::function<void(const std::string&, const toml::node&)>& take);

  const toml::table& table_;
  const std::string path_;
  const report wrong_;
  std::vector<std::string> asked_for_;
  bool is_well_ = true;
};

}  // namespace longpolld
