#pragma once

#include "longpolld/words/event.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// 128 bits as RFC 9562 lays out a UUID.
struct uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const uuid&, const uuid&) = default;
};

/// Characters of a UUID with dashes.
inline constexpr std::size_t uuid_chars = 36;

/// An event's id: a UUID of version 7 that is also a complete position.
///
///     48 bit unix ms | 0111 | ordinal[39:28] | 10 | ordinal[27:0] | 34 bit epoch
///
/// Within one category the text order of ids is publish order. `epoch` stands for one category in one history
/// (a start without a journal begins a new one): positions of different epochs cannot be compared, and events
/// of two categories that share millisecond and ordinal still have different ids.
struct event_id {
  position at;
  std::uint64_t epoch = 0;

  friend bool operator==(const event_id&, const event_id&) = default;
};

/// A few ids: one mostly, which then needs no allocation.
using event_ids = boost::container::small_vector<event_id, 1>;

inline constexpr std::uint64_t ordinal_end = std::uint64_t{1} << 40;
inline constexpr std::uint64_t epoch_end = std::uint64_t{1} << 34;

[[nodiscard]] uuid encode(const event_id& id);

/// Nothing when the UUID is not one of ours by its version and variant bits (golongpoll's are version 4).
[[nodiscard]] std::optional<event_id> decode(const uuid& from);

/// Writes exactly `uuid_chars` lower case characters.
void write_uuid(const uuid& from, char* to);
[[nodiscard]] std::string to_text(const event_id& id);

/// Reads a UUID in every spelling golongpoll's parser takes (gofrs/uuid): any case, with or without dashes,
/// in braces, behind `urn:uuid:`.
[[nodiscard]] std::optional<uuid> parse_uuid(std::string_view text);

}  // namespace longpolld
