#pragma once

#include "longpolld/parts/category_pattern.hpp"
#include "longpolld/words/moment.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// What may be allowed of a category.
enum class right : std::uint8_t { subscribe, publish };

/// The categories that somebody may subscribe and publish to.
struct rights {
  std::vector<category_pattern> subscribe;
  std::vector<category_pattern> publish;

  [[nodiscard]] const std::vector<category_pattern>& of(right what) const {
    return what == right::subscribe ? subscribe : publish;
  }
  /// Precondition: no pattern of this right has claims.
  [[nodiscard]] bool allow(right what, std::string_view category) const;
  /// What the holder of these claims may: patterns that ask for a claim which is missing are left out.
  [[nodiscard]] rights bound(const claim_values& of) const;
  /// Whether they have each pattern of `other`, so that they allow nothing less.
  [[nodiscard]] bool include(const rights& other) const;

  friend bool operator==(const rights&, const rights&) = default;
};

/// Where a principal's rights come from: an index into the sources of access_rules.
using rights_source = std::uint16_t;

/// Who asks, and what they may. Immutable once in use.
struct principal {
  std::string name;          ///< of a key, or issuer and sub; unique among principals, and never a secret
  rights may;                ///< without claims
  rights_source source = 0;  ///< the table it was found in
  bool is_admin = false;
  unix_ms expires = unix_ms_end;  ///< from then on it may nothing
};

/// The first of the categories that neither what `who` may nor what `everyone` may allows; nothing when all
/// are allowed.
[[nodiscard]] std::optional<std::string_view> first_refused(const rights& who, const rights& everyone,
                                                            right what,
                                                            std::span<const std::string_view> categories);

}  // namespace longpolld
