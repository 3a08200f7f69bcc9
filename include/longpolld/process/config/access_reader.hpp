#pragma once

#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/process/config/config_merge.hpp"
#include "longpolld/process/config/toml_table.hpp"

#include <string>
#include <string_view>

namespace longpolld {

/// Reads the tables that say who may do what into the access_rules of a merge: `[anyone]`, `[[key]]`,
/// `[[issuer]]` and `[hook]`, and the files that they name. What is wrong becomes a problem of the merge.
class access_reader {
 public:
  static constexpr std::string_view names[] = {"anyone", "key", "issuer", "hook"};

  access_reader(config_merge& into, const std::string& file) : into_(into), file_(file) {}

  [[nodiscard]] static bool knows(std::string_view key);
  /// Precondition: knows(key).
  void read(std::string_view key, const toml::node& node);

 private:
  void read_anyone(const toml::table& from);
  void read_key(const toml::table& from, const std::string& path);
  void read_issuer(const toml::table& from, const std::string& path);
  void read_hook(const toml::table& from);
  [[nodiscard]] toml_table table(const toml::table& from, const std::string& path);

  config_merge& into_;
  const std::string& file_;
};

}  // namespace longpolld
