#pragma once

#include "longpolld/words/error.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// The claims of a token by name, as text: strings as they are, whole numbers in decimal.
using claim_values = std::map<std::string, std::string, std::less<>>;

/// The longest pattern, in bytes: a category's longest name with a backslash before each character.
inline constexpr std::size_t pattern_bytes_max = 2048;
/// The most stars in a pattern; several in a row are one.
inline constexpr std::size_t pattern_stars_max = 64;

/// Which categories a rule is about: a category's name in which `*` stands for any characters, also none,
/// dots and slashes among them. `\*`, `\\`, `\{` and `\}` are these characters themselves. Case matters.
///
/// In an issuer's pattern `{name}` stands for that claim's value, taken literally: a `*` in it is a `*`, and
/// a dot is a dot, so that `user.{sub}.*` for "a.b" is `user.a.b.*`, which `user.{sub}.*` for "a" covers: use
/// claims in which the character behind them cannot occur. Elsewhere `{` and `}` are themselves.
///
/// Immutable. Thread: any.
class category_pattern {
 public:
  enum class claims : bool { none, allowed };

  /// The error's text is meant for whoever wrote the pattern; it names the column, counted in characters.
  [[nodiscard]] static outcome<category_pattern> parse(std::string_view text, claims may_have = claims::none);

  /// Takes time linear in the name's and the pattern's length.
  /// Precondition: has_claims() is false.
  [[nodiscard]] bool matches(std::string_view category) const;

  /// Whether claims are still to be filled in, by bound().
  [[nodiscard]] bool has_claims() const;

  /// The pattern for the holder of these claims. Nothing when one is missing, empty or so long that no
  /// category could match: the rule gives such a holder nothing.
  [[nodiscard]] std::optional<category_pattern> bound(const claim_values& of) const;

  friend bool operator==(const category_pattern&, const category_pattern&) = default;

 private:
  friend class pattern_reader;
  struct piece {
    bool is_claim = false;
    std::string text;  ///< itself, or the claim's name
    friend bool operator==(const piece&, const piece&) = default;
  };

  /// What stands between stars, each in pieces: one more than there are stars.
  std::vector<std::vector<piece>> between_stars_{1};
};

/// Precondition: none of them has claims.
[[nodiscard]] bool any_matches(std::span<const category_pattern> patterns, std::string_view category);

}  // namespace longpolld
