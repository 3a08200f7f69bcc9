#include "longpolld/parts/category.hpp"
#include "longpolld/parts/json_walker.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/words/ascii.hpp"

#include <boost/json/basic_parser_impl.hpp>

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

std::optional<error> validate(std::string_view body, bool is_array) {
  boost::json::parse_options options;
  options.max_depth = data_depth_max + (is_array ? 2 : 1);
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
std::optional<error> validate_leniently(std::string_view body, bool is_array) {
  auto failed = validate(body, is_array);
  if (failed && has_lone_surrogate(body)) failed = validate(without_lone_surrogates(body), is_array);
  return failed;
}

/// Whether a key, with its quotes, means `plain` in any case, as Go's encoding/json has it (a struct without
/// tags is sent with capitals); it may be written with escapes.
bool is_key(std::string_view key, std::string_view plain) {
  if (key.find('\\') != std::string_view::npos) return ascii::same(json_text(key), plain);
  return ascii::same(key.substr(1, key.size() - 2), plain);
}

outcome<draft> read_event(json_walker& from, const config& limits) {
  if (!from.eat('{')) return error{400, "each event must be an object with category and data"};
  draft made;
  bool has_category = false;
  while (!from.eat('}')) {
    const auto name = from.value();
    from.eat(':');
    const auto value = from.value();
    from.eat(',');
    if (is_key(name, "category")) {
      if (std::exchange(has_category, true)) return error{400, "category must not be repeated"};
      if (!value.starts_with('"')) return error{400, "category must be a string"};
      if (has_lone_surrogate(value)) return error{400, "category must not contain half of a surrogate pair"};
      made.category_json = value;
      made.category = json_text(value);
    } else if (is_key(name, "data")) {
      if (!made.data_json.empty()) return error{400, "data must not be repeated"};
      made.data_json = value;
    }
  }
  if (!has_category) return error{400, "category is required"};
  if (auto fault = category_fault(made.category)) return std::move(*fault);
  if (made.data_json.empty()) return error{400, "data is required"};
  if (made.data_json == "null") return error{400, "data must not be null"};
  if (made.data_json.size() > static_cast<std::size_t>(limits.max_event_bytes)) {
    return beyond(413, "data must not be larger than", &config::max_event_bytes, limits);
  }
  return made;
}

}  // namespace

outcome<publish_request> parse_publish(std::string_view body, const config& limits) {
  json_walker at(body);
  publish_request read;
  read.is_array = at.peek() == '[';
  if (auto failed = validate_leniently(body, read.is_array)) return std::move(*failed);
  if (!read.is_array) {
    auto one = read_event(at, limits);
    if (!one) return one.error();
    read.events.push_back(std::move(*one));
    return read;
  }
  at.eat('[');
  while (!at.eat(']')) {
    if (read.events.size() == static_cast<std::size_t>(limits.max_batch_events)) {
      return beyond(413, "a batch must not have more events than", &config::max_batch_events, limits);
    }
    auto one = read_event(at, limits);
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

}  // namespace longpolld::wire
