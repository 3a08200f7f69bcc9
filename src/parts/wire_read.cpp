#include "longpolld/parts/wire_read.hpp"

#include "longpolld/parts/json_walker.hpp"
#include "longpolld/words/number.hpp"

#include <boost/json/parse.hpp>

namespace longpolld::wire {
namespace {

namespace json = boost::json;

/// An event may hold half of a surrogate pair, which Boost.JSON does not let pass.
json::value parse(std::string_view text, boost::system::error_code& failed) {
  if (has_lone_surrogate(text)) return json::parse(without_lone_surrogates(text), failed);
  return json::parse({text.data(), text.size()}, failed);
}

std::optional<json::object> read_object(std::string_view body) {
  boost::system::error_code failed;
  auto whole = parse(body, failed);
  if (failed || !whole.is_object()) return std::nullopt;
  return std::move(whole.get_object());
}

const json::string* find_text(const json::object& in, const char* key) {
  const auto* found = in.if_contains(key);
  return found ? found->if_string() : nullptr;
}

}  // namespace

std::optional<poll_reply> read_poll(std::string_view body) {
  const auto whole = read_object(body);
  if (!whole || !find_text(*whole, "cursor")) return std::nullopt;
  poll_reply made;
  made.cursor = find_text(*whole, "cursor")->c_str();
  if (const auto* warning = find_text(*whole, "warning")) made.warning = warning->c_str();
  json_walker at(body);
  for (at.eat('{'); !at.eat('}'); at.eat(',')) {
    const auto key = json_text(at.value());
    at.eat(':');
    const auto value = at.value();
    if (key == "gap") made.gap = value;
    if (key != "events" || !value.starts_with('[')) continue;
    json_walker list(value);
    for (list.eat('['); !list.eat(']'); list.eat(',')) made.events.emplace_back(list.value());
  }
  return made;
}

std::optional<read_event> read_one_event(std::string_view event) {
  if (!event.starts_with('{')) return std::nullopt;
  read_event made;
  std::optional<std::int64_t> timestamp;
  json_walker at(event);
  for (at.eat('{'); !at.eat('}'); at.eat(',')) {
    const auto key = json_text(at.value());
    at.eat(':');
    const auto value = at.value();
    if (key == "timestamp") timestamp = whole_number<std::int64_t>(value, true);
    if (key == "category" && value.starts_with('"')) made.category = json_text(value);
    if (key == "data") made.data = value;
  }
  if (!timestamp || made.category.empty() || made.data.empty()) return std::nullopt;
  made.timestamp = *timestamp;
  return made;
}

std::optional<std::vector<std::string>> read_published(std::string_view body) {
  const auto whole = read_object(body);
  const auto* all = whole ? whole->if_contains("events") : nullptr;
  if (!all || !all->is_array()) return std::nullopt;
  std::vector<std::string> ids;
  for (const auto& one : all->get_array()) {
    const auto* event = one.if_object();
    const auto* id = event ? find_text(*event, "id") : nullptr;
    if (!id) return std::nullopt;
    ids.emplace_back(id->c_str());
  }
  return ids;
}

std::optional<std::string> read_error(std::string_view body) {
  const auto whole = read_object(body);
  const auto* why = whole ? find_text(*whole, "error") : nullptr;
  if (!why) return std::nullopt;
  return why->c_str();
}

std::optional<std::string> json_fault(std::string_view text) {
  boost::system::error_code failed;
  static_cast<void>(parse(text, failed));
  if (!failed) return std::nullopt;
  return failed.message();
}

}  // namespace longpolld::wire
