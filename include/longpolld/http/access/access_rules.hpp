#pragma once

#include "longpolld/heart/access_policy.hpp"
#include "longpolld/http/access/hook_settings.hpp"
#include "longpolld/parts/digest.hpp"
#include "longpolld/parts/jwt_keys.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longpolld {

/// A program's secret, and what whoever knows it may: a `[[key]]` table.
struct access_key {
  std::string name;
  sha256_digest secret{};  ///< of the secret, which is not kept
  rights may;
  bool is_admin = false;

  friend bool operator==(const access_key&, const access_key&) = default;
};

/// Somebody who signs tokens, and what their holders may: an `[[issuer]]` table.
struct token_issuer {
  std::string name;
  std::shared_ptr<const jwt_keys> keys;  ///< never null
  sha256_digest key_text{};              ///< of the file that `keys` was read from
  std::string issuer;                    ///< what iss must be; empty: anything
  std::string audience;                  ///< what aud must have; empty: anything
  rights may;                            ///< with claims
  std::int64_t leeway_seconds = 5;
  bool own_rules = false;

  /// Whether the same tokens are valid and give the same rights.
  friend bool operator==(const token_issuer& a, const token_issuer& b);
};

/// Who may do what, as the configuration has it. Its sources, each with an index: first everyone, then each
/// key, each issuer, the hook, and what
/// is the hook's and somebody's own. Immutable once in use. Thread: any.
struct access_rules {
  std::optional<rights> anyone;  ///< what requests without credentials may: `[anyone]`
  std::vector<access_key> keys;
  std::vector<token_issuer> issuers;
  std::optional<hook_settings> hook;
  std::vector<category_pattern> known;     ///< the categories there are; empty: all
  std::vector<category_pattern> reserved;  ///< what is nobody's while there are no tables, but by a token
  std::string demo_secret;                 ///< what the demo signs its tokens with; empty: it does not
  bool has_tables = false;  ///< else everyone may subscribe, and whoever is on this machine may publish

  /// Whether credentials can be right or wrong.
  [[nodiscard]] bool knows_credentials() const { return !keys.empty() || !issuers.empty(); }
  [[nodiscard]] bool is_reserved(std::string_view category) const { return any_matches(reserved, category); }
  [[nodiscard]] bool is_known(std::string_view category) const {
    return known.empty() || any_matches(known, category);
  }
  /// What everyone may: nothing without such a table.
  [[nodiscard]] const rights& everyone() const;

  [[nodiscard]] static constexpr rights_source of_everyone() { return 0; }
  [[nodiscard]] static rights_source of_key(std::size_t index) {
    return static_cast<rights_source>(1 + index);
  }
  [[nodiscard]] rights_source of_issuer(std::size_t index) const {
    return static_cast<rights_source>(1 + keys.size() + index);
  }
  [[nodiscard]] rights_source of_hook() const { return of_issuer(issuers.size()); }
  /// Rights of a key or an issuer and the hook's word together.
  [[nodiscard]] rights_source of_both() const { return static_cast<rights_source>(of_hook() + 1); }
  [[nodiscard]] std::size_t sources() const { return std::size_t{of_both()} + 1; }
  /// Whether cookies are passed on to the site's backend.
  [[nodiscard]] bool hook_takes_cookies() const;
};

/// What is wrong with the name of a key or an issuer, or nothing. A colon ends the user of Basic
/// authentication, a slash the name of an issuer in a principal's.
[[nodiscard]] std::optional<std::string> name_fault(std::string_view name);

/// The most tables of each kind: rights_source counts them.
inline constexpr std::size_t access_tables_max = 10'000;

/// For each source of the rules so far, its index in the rules that follow them, when nothing is taken away
/// from the polls that are parked by its rights; nothing when they have to ask again.
[[nodiscard]] std::vector<std::optional<rights_source>> carried_over(const access_rules& from,
                                                                     const access_rules& to);

}  // namespace longpolld
