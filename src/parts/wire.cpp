#include "longpolld/parts/wire.hpp"

#include "longpolld/parts/cursor_suffix.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <initializer_list>

namespace longpolld::wire {
namespace {

constexpr std::string_view text_head = R"({"timestamp":)";
constexpr std::string_view text_category = R"(,"category":)";
constexpr std::string_view text_data = R"(,"data":)";
constexpr std::string_view text_id = R"(,"id":")";
constexpr std::string_view text_tail = R"("})";
constexpr std::size_t timestamp_chars_max = 15;     // 2^48 in decimal
constexpr std::size_t copied_bytes_max = 16 << 10;  // above, a reply refers to its events' texts

void append_cursor(std::string& text, const notes& also) {
  text += R"(,"cursor":")";
  for (const auto& id : also.cursor) {
    if (&id != also.cursor.data()) text += ',';
    text.resize(text.size() + uuid_chars);
    write_uuid(encode(id), text.data() + text.size() - uuid_chars);
  }
  if (also.suffix != 0) append_suffix(text, also.suffix);
  text += '"';
}

void append_notes(std::string& text, const notes& also) {
  append_cursor(text, also);
  if (!also.gap.empty()) {
    text += R"(,"gap":[)";
    for (const auto& name : also.gap) {
      if (&name != also.gap.data()) text += ',';
      text += quoted(name);
    }
    text += ']';
  }
  if (!also.warning.empty()) text += R"(,"warning":)" + quoted(also.warning);
  text += '}';
}

/// An event's text with what its number will give left blank: at its front, and before its end.
boost::intrusive_ptr<event> lay_out(std::initializer_list<std::string_view> kept) {
  const std::size_t blank = 1 + text_head.size() + timestamp_chars_max;  // for comma, head and timestamp
  std::size_t bytes = 0;
  for (const auto part : kept) bytes += part.size();
  auto made =
      event::make(blank + text_category.size() + bytes + text_id.size() + uuid_chars + text_tail.size());
  auto* to = made->text().data() + blank;
  const auto append = [&](std::string_view part) { to = std::copy(part.begin(), part.end(), to); };
  append(text_category);
  for (const auto part : kept) append(part);
  append(text_id);
  std::copy(text_tail.begin(), text_tail.end(), to + uuid_chars);
  return made;
}

}  // namespace

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(boost::json::string_view(text.data(), text.size())));
}

draft make_draft(std::string category, std::string_view category_json, std::string_view data_json) {
  return {std::move(category), lay_out({category_json, text_data, data_json})};
}

boost::intrusive_ptr<event> restore_event(std::string_view kept, const event_id& id) {
  auto made = lay_out({kept});
  finish_event(*made, id);
  return made;
}

std::string_view kept_text(const event& of) {
  auto text = of.json();
  text.remove_prefix(text.find(',') + text_category.size());
  text.remove_suffix(text_id.size() + uuid_chars + text_tail.size());
  return text;
}

void finish_event(event& into, const event_id& id) {
  into.at = id.at;
  char digits[timestamp_chars_max + 5];
  const auto written = std::to_chars(std::begin(digits), std::end(digits), id.at.ms);
  const auto count = static_cast<std::size_t>(written.ptr - digits);
  const std::size_t begin = 1 + timestamp_chars_max - count;
  const auto text = into.text();
  into.begin_json_at(begin);
  text[begin - 1] = ',';
  std::memcpy(text.data() + begin, text_head.data(), text_head.size());
  std::memcpy(text.data() + begin + text_head.size(), digits, count);
  write_uuid(encode(id), text.data() + text.size() - text_tail.size() - uuid_chars);
}

std::string published(const event_ids& ids, bool as_array) {
  constexpr std::string_view before_id = R"("id":")", before_timestamp = R"(","timestamp":)";
  std::array<char, before_id.size() + uuid_chars + before_timestamp.size() + timestamp_chars_max + 1> piece{};
  std::string text;
  text.reserve(ids.size() * (piece.size() + 2) + 32);
  const auto append = [&](const event_id& id) {
    auto* to = std::copy(before_id.begin(), before_id.end(), piece.begin());
    write_uuid(encode(id), to);
    to = std::copy(before_timestamp.begin(), before_timestamp.end(), to + uuid_chars);
    to = std::to_chars(to, piece.end(), id.at.ms).ptr;
    *to++ = '}';
    text.append(piece.begin(), to);
  };
  if (!as_array) {
    text = R"({"success":true,)";
    append(ids.front());
    return text;
  }
  text = R"({"success":true,"events":[)";
  for (const auto& id : ids) {
    text += &id == ids.data() ? "{" : ",{";
    append(id);
  }
  return text += "]}";
}

body_ptr events(std::span<const event_ptr> found, const notes& also) {
  std::string text = R"({"events":[)";
  std::size_t bytes = text.size() + 64 + also.cursor.size() * (uuid_chars + 1);
  for (const auto& one : found) bytes += one->json().size() + 1;
  if (bytes > copied_bytes_max) {
    std::string tail = "]";
    append_notes(tail, also);
    // Copied: what fails for want of memory is rendered again.
    std::vector<event_ptr> kept(found.begin(), found.end());
    return std::make_shared<const reply_body>(std::move(text), std::move(kept), std::move(tail));
  }
  text.reserve(bytes);
  for (const auto& one : found) text += &one == found.data() ? one->json() : one->json_after_comma();
  text += ']';
  append_notes(text, also);
  return std::make_shared<const reply_body>(std::move(text));
}

body_ptr timeout(unix_ms timestamp, const notes& also) {
  std::string text = R"({"timeout":"no events before timeout","timestamp":)" + std::to_string(timestamp);
  append_notes(text, also);
  return std::make_shared<const reply_body>(std::move(text));
}

std::string failure(std::string_view text, std::optional<bool> maybe_stored) {
  std::string made = R"({"error":)" + quoted(text);
  if (maybe_stored) made.append(R"(,"maybe_stored":)").append(*maybe_stored ? "true" : "false");
  return made + '}';
}

}  // namespace longpolld::wire
