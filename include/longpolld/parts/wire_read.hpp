#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The replies of longpolld as a client reads them. Nothing where a text is no such reply.
namespace longpolld::wire {

/// Of `GET /events`.
struct poll_reply {
  std::vector<std::string> events;  ///< the bytes that came
  std::string cursor;
  std::string gap;  ///< the JSON array of categories, or empty
  std::string warning;
};

[[nodiscard]] std::optional<poll_reply> read_poll(std::string_view body);

struct read_event {
  std::int64_t timestamp = 0;
  std::string category;
  std::string_view data;  ///< JSON, of the text it was read from
};

/// One of these events. Precondition: the text is valid JSON, as the events of a poll_reply are.
[[nodiscard]] std::optional<read_event> read_one_event(std::string_view event);

/// The ids of a batch that was published.
[[nodiscard]] std::optional<std::vector<std::string>> read_published(std::string_view body);

/// The sentence of a failure.
[[nodiscard]] std::optional<std::string> read_error(std::string_view body);

/// Why a text is not one JSON value, or nothing.
[[nodiscard]] std::optional<std::string> json_fault(std::string_view text);

}  // namespace longpolld::wire
