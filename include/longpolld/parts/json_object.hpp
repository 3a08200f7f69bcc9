#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace longpolld {

/// As deep as keys and tokens have reason to be.
inline constexpr std::size_t object_depth_max = 8;

/// Reads a JSON object of which no member is repeated, at most `depth_max` deep. Nothing when it is anything
/// else. Members of its members may be repeated: read those again.
[[nodiscard]] std::optional<boost::json::object> read_unique(std::string_view text,
                                                             std::size_t depth_max = object_depth_max);

/// The bytes of the member of that name. Precondition: `object` is one that read_unique() has read.
[[nodiscard]] std::string_view member_of(std::string_view object, std::string_view name);

/// The text of a member that is a string; nothing when there is none.
[[nodiscard]] std::optional<std::string_view> text_of(const boost::json::object& in, std::string_view name);

}  // namespace longpolld
