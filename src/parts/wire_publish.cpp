#include "longpolld/parts/category.hpp"
#include "longpolld/parts/json_walker.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cmath>

namespace longpolld::wire {
namespace {

constexpr std::size_t data_depth_max = 32;

/// Looks at what Boost.JSON finds valid for what it lets through: numbers beyond a double's range.
struct checker {
  using error_code = boost::system::error_code;
  using view = boost::json::string_view;
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  bool infinite = false;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t, error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(view, std::size_t, error_code&) { return true; }
  bool on_key(view, std::size_t, error_code&) { return true; }
  bool on_string_part(view, std::size_t, error_code&) { return true; }
  bool on_string(view, std::size_t, error_code&) { return true; }
  bool on_number_part(view, error_code&) { return true; }
  bool on_int64(std::int64_t, view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, view, error_code&) { return true; }
  bool on_double(double value, view, error_code& failed) {
    if (std::isfinite(value)) return true;
    infinite = true;
    failed = boost::json::error::not_number;
    return false;
  }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(view, error_code&) { return true; }
  bool on_comment(view, error_code&) { return true; }
};

/// `around`: how deep the data itself is nested within the body.
std::optional<error> validate(std::string_view body, std::size_t around) {
  boost::json::parse_options options;
  options.max_depth = data_depth_max + around;
  boost::json::basic_parser<checker> parser(options);
  boost::system::error_code failed;
  const auto read = parser.write_some(false, body.data(), body.size(), failed);
  if (!failed && read < body.size()) failed = boost::json::error::extra_data;
  if (!failed) return std::nullopt;
  if (parser.handler().infinite) return error{400, "data must not contain a number beyond a double's range"};
  if (failed == boost::json::error::too_deep) return error{400, "data must not be nested deeper than 32"};
  return error{
      400, "the body must be one JSON value: " + failed.message() + " at byte " + std::to_string(read + 1)};
}

/// Halves of surrogate pairs are let pass, where browsers send them: all else is judged without them.
std::optional<error> validate_leniently(std::string_view body, std::size_t around) {
  auto failed = validate(body, around);
  if (failed && has_lone_surrogate(body)) failed = validate(without_lone_surrogates(body), around);
  return failed;
}

/// Whether a key, with its quotes, means `plain` in any case, as Go's encoding/json has it (a struct without
/// tags is sent with capitals); it may be written with escapes.
bool is_key(std::string_view key, std::string_view plain) {
  if (key.find('\\') != std::string_view::npos) return ascii::same(json_text(key), plain);
  return ascii::same(key.substr(1, key.size() - 2), plain);
}

outcome<draft> checked(std::string category, std::string_view category_json, std::string_view data_json,
                       const config& limits) {
  if (auto fault = category_fault(category)) return std::move(*fault);
  if (data_json == "null") return error{400, "data must not be null"};
  if (data_json.size() > static_cast<std::size_t>(limits.max_event_bytes)) {
    return beyond(413, "data must not be larger than", &config::max_event_bytes, limits);
  }
  return make_draft(std::move(category), category_json, data_json);
}

enum class media : std::uint8_t { json, text, other };

/// What a Content-Type names (RFC 9110 section 8.3.1). Text must be UTF-8, so any other charset is other.
media media_of(std::string_view content_type) {
  const auto semicolon = std::min(content_type.find(';'), content_type.size());
  const auto type = ascii::trimmed(content_type.substr(0, semicolon));
  if (ascii::same(type, "application/json")) return media::json;
  if (!ascii::same(type, "text/plain")) return media::other;
  auto parameter = ascii::trimmed(content_type.substr(std::min(semicolon + 1, content_type.size())));
  if (parameter.empty()) return media::text;
  for (const std::string_view charset : {"charset=utf-8", "charset=\"utf-8\"", "charset=us-ascii"}) {
    if (ascii::same(parameter, charset)) return media::text;
  }
  return media::other;
}

outcome<draft> take_event(json_walker& from, const config& limits) {
  if (!from.eat('{')) return error{400, "each event must be an object with category and data"};
  std::string category;
  std::string_view category_json, data_json;
  while (!from.eat('}')) {
    const auto name = from.value();
    from.eat(':');
    const auto value = from.value();
    from.eat(',');
    if (is_key(name, "category")) {
      if (!category_json.empty()) return error{400, "category must not be repeated"};
      if (!value.starts_with('"')) return error{400, "category must be a string"};
      if (has_lone_surrogate(value)) return error{400, "category must not contain half of a surrogate pair"};
      category_json = value;
      category = json_text(value);
    } else if (is_key(name, "data")) {
      if (!data_json.empty()) return error{400, "data must not be repeated"};
      data_json = value;
    }
  }
  if (category_json.empty()) return error{400, "category is required"};
  if (data_json.empty()) return error{400, "data is required"};
  return checked(std::move(category), category_json, data_json, limits);
}

}  // namespace

outcome<publish_request> parse_publish(std::string_view body, const config& limits) {
  json_walker at(body);
  publish_request read;
  read.is_array = at.peek() == '[';
  if (auto failed = validate_leniently(body, read.is_array ? 2 : 1)) return std::move(*failed);
  if (!read.is_array) {
    auto one = take_event(at, limits);
    if (!one) return one.error();
    read.events.push_back(std::move(*one));
    return read;
  }
  at.eat('[');
  while (!at.eat(']')) {
    if (read.events.size() == static_cast<std::size_t>(limits.max_batch_events)) {
      return beyond(413, "a batch must not have more events than", &config::max_batch_events, limits);
    }
    auto one = take_event(at, limits);
    if (!one) {
      auto refused = one.error();
      refused.text = "event " + std::to_string(read.events.size() + 1) + ": " + refused.text;
      return refused;
    }
    read.events.push_back(std::move(*one));
    at.eat(',');
  }
  if (read.events.empty()) return error{400, "the batch must have at least one event"};
  return read;
}

outcome<draft> parse_data(std::string category, std::string_view content_type, std::string_view body,
                          const config& limits) {
  const auto kind = media_of(content_type);
  if (kind == media::other) {
    return error{415,
                 "with category in the query Content-Type must be application/json, or text/plain in UTF-8"};
  }
  if (auto fault = category_fault(category)) return std::move(*fault);
  const auto category_json = quoted(category);
  if (kind == media::text) {
    if (!utf8::is_valid(body)) return error{400, "text must be UTF-8"};
    return checked(std::move(category), category_json, quoted(body), limits);
  }
  if (auto failed = validate_leniently(body, 0)) return std::move(*failed);
  json_walker at(body);
  return checked(std::move(category), category_json, at.value(), limits);
}

}  // namespace longpolld::wire
