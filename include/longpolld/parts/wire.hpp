#pragma once

#include "longpolld/parts/position.hpp"
#include "longpolld/parts/reply_body.hpp"
#include "longpolld/words/config.hpp"
#include "longpolld/words/error.hpp"
#include "longpolld/words/event.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// JSON to structs and back; Boost.JSON validates here and nowhere else.
namespace longpolld::wire {

/// One event as a publisher sent it, with its text laid out but for what only the history knows:
/// finish_event() fills that in. It views nothing of the request, so it can wait for a store.
struct draft {
  std::string category;
  boost::intrusive_ptr<event> text;
};

/// `category_json` and `data_json` are JSON and are delivered byte for byte.
[[nodiscard]] draft make_draft(std::string category, std::string_view category_json,
                               std::string_view data_json);
void finish_event(event& into, const event_id& id);

/// What a store keeps of a finished event's text: all but what its id gives again. Valid as the event is.
[[nodiscard]] std::string_view kept_text(const event& of);
/// The event again, byte for byte. Precondition: kept_text() gave `kept`.
[[nodiscard]] boost::intrusive_ptr<event> restore_event(std::string_view kept, const event_id& id);

using drafts = boost::container::small_vector<draft, 1>;

struct publish_request {
  drafts events;
  bool is_array = false;
};

/// Reads the body of `POST /publish`: one object with `category` and `data`, keys in any case, or an array of
/// them. All or nothing: 400 for what is not such JSON, 413 for an event or a batch above its limit.
[[nodiscard]] outcome<publish_request> parse_publish(std::string_view body, const config& limits);

/// Reads the body of `POST /publish?category=…`, which is the data alone: JSON, or text that becomes a JSON
/// string. 415 for any other Content-Type, naming the two.
[[nodiscard]] outcome<draft> parse_data(std::string category, std::string_view content_type,
                                        std::string_view body, const config& limits);

/// The body of the 200 to a publisher.
[[nodiscard]] std::string published(const event_ids& ids, bool as_array);

/// What a reply to a subscriber says besides its events or its timeout.
struct notes {
  event_ids cursor;                   ///< one a category
  std::vector<std::string_view> gap;  ///< names of categories
  std::string_view warning;
  std::uint64_t suffix = 0;  ///< of the cursor; 0: it has none
};

/// `{"events":[…],"cursor":…}`; a large one refers to their texts.
[[nodiscard]] body_ptr events(std::span<const event_ptr> found, const notes& also);
/// `{"timeout":…,"timestamp":…,"cursor":…}`
[[nodiscard]] body_ptr timeout(unix_ms timestamp, const notes& also);
/// `{"error":…}`, with what is known of whether it was stored all the same.
[[nodiscard]] std::string failure(std::string_view text, std::optional<bool> maybe_stored = std::nullopt);

/// `text` as a JSON string with its quotes. `text` is UTF-8.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace longpolld::wire
