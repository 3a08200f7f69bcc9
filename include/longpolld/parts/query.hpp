#pragma once

#include "longpolld/parts/position.hpp"
#include "longpolld/words/config.hpp"
#include "longpolld/words/error.hpp"

#include <boost/container/small_vector.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// Which replies to a query are the same for all who ask it at about the same time, so that a shared cache
/// may give them to many.
enum class cacheable : std::uint8_t {
  none,
  events,  ///< not its timeout: who asks the same again would be given that again and again
  all,
};

/// What one poll asks for: the query part of `GET /events`, checked.
struct subscribe_query {
  boost::container::small_vector<std::string, 1> categories;  ///< 1 to 32, each once
  std::chrono::milliseconds timeout{0};                       ///< 1 s … max_longpoll_timeout_seconds
  std::optional<unix_ms> since_time;                          ///< unix milliseconds
  std::optional<uuid> last_id;                                ///< only with one category
  /// Empty, or one a category in their order; `no_position` where a category has joined since.
  event_ids cursor;
  /// Set by whoever knows that anyone may have the reply.
  cacheable replies = cacheable::none;
};

/// As far as the query tells: one that begins with what comes from now on differs with each asking, and a
/// timeout differs from the next one only by its cursor.
[[nodiscard]] cacheable cacheable_of(const subscribe_query& query, unix_ms now);

/// Stands in a cursor for a category that has none yet: `since_time` holds for it, or from now on. No id
/// decodes to it.
inline constexpr event_id no_position{{-1, 0}, 0};

/// The most categories of one poll.
inline constexpr std::size_t query_categories_max = 32;

/// Reads `a=b&c=d` (percent-decoded, `+` is a space, `;` is data, as Go's URL.Query does). An empty value is
/// an absent parameter, but for `category` and `timeout`, where it is an error; unknown parameters are
/// ignored.
[[nodiscard]] outcome<subscribe_query> parse_query(std::string_view query, const config& limits);

/// The category that `POST /publish?category=…` names; nothing when the query names none.
[[nodiscard]] outcome<std::optional<std::string>> publish_category(std::string_view query);

/// The value of a parameter that may be given once; nothing when the query does not have it.
[[nodiscard]] outcome<std::optional<std::string>> query_parameter(std::string_view query,
                                                                  std::string_view name);

/// What a page of categories is asked for.
struct category_query {
  std::string prefix, after;
  std::size_t limit = 100;  ///< 1 … 1,000
};
[[nodiscard]] outcome<category_query> parse_category_query(std::string_view query);

/// Has `made` be the query with `...` for the value of each parameter whose name has token in it, however it
/// is spelt, or cannot be decoded, for logs: a slip in the name leaves a token a token. Its memory is used
/// again.
void assign_without_tokens(std::string& made, std::string_view query);

/// Percent-decodes; nothing when a `%` is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace longpolld
