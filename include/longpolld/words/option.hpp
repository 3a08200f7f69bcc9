#pragma once

#include "longpolld/words/quantity.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace longpolld {

struct config;

/// A member of an enum type. Its values are 0, 1, …, named by an option's `form` in that order.
struct choice {
  std::size_t (*index)(const config& of);
  void (*choose)(config& of, std::size_t index);
};

/// A row of the option table: where the option lives in `config`, what it may be, what it does and why.
struct option {
  using number = std::int64_t;
  using limit = number config::*;  ///< a limit is named by its member
  using list = std::vector<std::string>;
  using string = std::string config::*;  ///< may be empty for none
  using member = std::variant<limit, bool config::*, choice, list config::*, string>;

  /// Of a number.
  struct span {
    number least = 0;
    number most = 0;
    unit counts = unit::count;
  };

  std::string_view name;
  std::string_view group;
  member where;
  span range;
  std::string_view form;  ///< of a choice: its words, separated by spaces; of a list: what an entry is; of a
                          ///< text: what it is
  std::string_view help;  ///< what it does, in sentences
  std::string_view why;   ///< the reason of its default, to stand behind "Default …: "
  bool reloads = false;   ///< it can change while the server runs, by SIGHUP

  /// "a whole number from 1 to 100", "true or false", …
  [[nodiscard]] std::string allowed() const;
  /// The value as TOML would write it, numbers without units.
  [[nodiscard]] std::string show(const config& of) const;
  /// The value for people: "256MiB", "30s", "auto", "127.0.0.1:8080", "none" for an empty list or text.
  [[nodiscard]] std::string show_readably(const config& of) const;
  /// SECONDS, N, on|off, ADDRESS,...
  [[nodiscard]] std::string placeholder() const;
  [[nodiscard]] bool is_list() const { return std::holds_alternative<list config::*>(where); }
  /// Whether both have the same value.
  [[nodiscard]] bool is_same(const config& a, const config& b) const;
  /// Gives `to` the value that `from` has.
  void copy(const config& from, config& to) const;
  /// Sets the value to what `text` says: numbers with or without a unit, lists separated by commas. Returns
  /// what is wrong with it, and sets nothing then.
  [[nodiscard]] std::optional<std::string> read(config& into, std::string_view text) const;
  /// The same for a number at hand. Precondition: the option is one of a number.
  [[nodiscard]] std::optional<std::string> read(config& into, number value) const;
};

}  // namespace longpolld
