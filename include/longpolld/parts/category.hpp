#pragma once

#include "longpolld/words/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace longpolld {

/// The longest category name, in bytes of UTF-8 (golongpoll's 1024).
inline constexpr std::size_t category_bytes_max = 1024;

/// What is wrong with a category's name, or nothing: 1 to 1024 bytes of UTF-8 without control characters and
/// without those that are invisible or turn the text's direction.
[[nodiscard]] std::optional<error> category_fault(std::string_view name);

/// Hashes category names with SipHash-1-3 (Aumasson and Bernstein 2012) and a key that is drawn once per
/// process: names come from clients, who must not be able to choose colliding ones.
struct category_hash {
  using is_transparent = void;
  /// Set before the first name is hashed, and never again.
  static inline std::array<std::uint64_t, 2> key{};
  [[nodiscard]] std::size_t operator()(std::string_view name) const;
};

/// Hash and equality of pointers to what has a category's name, for sets that are searched by that name.
struct by_category_name {
  using is_transparent = void;
  static std::string_view name(std::string_view text) { return text; }
  static std::string_view name(const auto& pointer) { return pointer->name(); }
  std::size_t operator()(const auto& of) const { return category_hash()(name(of)); }
  bool operator()(const auto& a, const auto& b) const { return name(a) == name(b); }
};

/// The epoch in the ids of this category's events, in the history that drew this key.
[[nodiscard]] std::uint64_t category_epoch(std::uint64_t history_key, std::string_view name);

/// SipHash-1-3 of `text`; its own so that it can be checked against published values.
[[nodiscard]] std::uint64_t siphash_1_3(std::array<std::uint64_t, 2> key, std::string_view text);

}  // namespace longpolld
