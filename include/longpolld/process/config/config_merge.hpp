#pragma once

#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/words/config.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// Puts a config together: flag over environment over file over default, each value remembering where it
/// came from. Everything wrong is collected, so that a user sees it all at once. Used before threads start.
class config_merge {
 public:
  /// Reads a TOML file. Refused before parsing: above 1 MiB, or with a line above 4 KiB (both can exhaust
  /// the parser's stack), or not a regular file, or not readable to its end.
  void file(const std::string& path);
  /// The same for text at hand; `name` stands for the path in messages.
  void toml(std::string_view text, const std::string& name);

  /// Takes `LONGPOLLD_<NAME>` of every option from `variables`, an array of "NAME=value" as `environ` is. A
  /// name that looks like a slip of one is a problem; others are ignored, since systems that run containers
  /// set variables with this prefix for purposes of their own.
  void environment(const char* const* variables);

  /// One value as text, as `option::read` takes it.
  void text(const option& of, std::string_view value, const std::string& origin);

  /// Says that `key` is wrong for a reason found elsewhere, with the origin of its value in front.
  void refuse(std::string_view key, const std::string& what);

  /// Lowers default_longpoll_timeout_seconds, when no source has set it, to a max_longpoll_timeout_seconds
  /// below it; checks the values against each other. Called once, after all sources.
  void check();

  [[nodiscard]] const config& value() const { return value_; }
  /// Whether no source has set it.
  [[nodiscard]] bool is_default(std::string_view key) const { return !origins_.contains(key); }
  /// Who may do what, by the file's tables and known_categories. Precondition: check() was called.
  [[nodiscard]] const access_rules& access() const { return access_; }
  /// Each as `origin: key: what is wrong and what is allowed`, escaped for a terminal.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  /// Every option as a TOML line, escaped, with a comment that says where the value came from.
  [[nodiscard]] std::string print() const;

 private:
  friend class toml_reader;
  friend class access_reader;
  void problem(const std::string& origin, std::string_view key, const std::string& what);
  /// Remembers where a value came from, or what is wrong with it.
  void note(const option& of, const std::optional<std::string>& fault, const std::string& origin);
  [[nodiscard]] std::string origin_of(std::string_view key) const;

  void check_access();

  config value_;
  access_rules access_;
  std::map<std::string, std::string, std::less<>> origins_;
  std::vector<std::string> problems_;
};

}  // namespace longpolld
