#pragma once

#include "longpolld/heart/access_policy.hpp"
#include "longpolld/http/read/request.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace longpolld {

struct exchange;
struct reply;

/// What a listening address answers.
enum class listen_role : std::uint8_t {
  everything,   ///< the only kind of address, while publish_listen is empty
  subscribing,  ///< all but publishing, while publish_listen is set
  publishing,   ///< publishing and health only
  admin,        ///< figures and what is below /admin/, and nothing else
};

/// Answers a request; nothing when it is answered later.
using endpoint = std::optional<reply> (*)(const exchange& one);

/// One path, or all below one that ends in `*`; a row of the table of all there are.
struct route {
  enum class verbs : std::uint8_t { get, post, get_or_erase };
  enum class where : std::uint8_t { anywhere, not_publishing, not_subscribing, admin_only };

  std::string_view path;
  endpoint answer = nullptr;
  verbs allowed = verbs::get;  ///< HEAD goes with GET, OPTIONS with all
  where served = where::anywhere;
  std::optional<right> acts = std::nullopt;  ///< what is asked of categories there
  bool takes_events = false;  ///< its GET changes what is kept where events are deleted after retrieval

  /// Whether it is for whoever runs the server, alone.
  [[nodiscard]] bool is_admin() const { return served == where::admin_only; }
  /// What the path allows, for `Allow`.
  [[nodiscard]] std::string_view methods() const;
  [[nodiscard]] bool allows(request::verb method) const;
};

/// All there are, in the order in which they are looked at.
[[nodiscard]] std::span<const route> routes();

/// The place of a row among them; their number for null.
[[nodiscard]] std::size_t index_of(const route* one);

/// Where a request goes; null for nowhere. Paths are compared as they came: no decoding, no cleaning, so that
/// no spelling reaches what the plain one would not.
[[nodiscard]] const route* find_route(std::string_view path, listen_role role);

}  // namespace longpolld
