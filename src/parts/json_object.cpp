#include "longpolld/parts/json_object.hpp"

#include "longpolld/parts/json_walker.hpp"

#include <boost/json/parse.hpp>

namespace longpolld {
namespace {

/// Calls `found` with each member's name, with quotes, and value, until it is true.
void each_member(std::string_view object, const auto& found) {
  json_walker at(object);
  for (at.eat('{'); !at.eat('}'); at.eat(',')) {
    const auto name = at.value();
    at.eat(':');
    if (found(name, at.value())) return;
  }
}

}  // namespace

std::optional<boost::json::object> read_unique(std::string_view text, std::size_t depth_max) {
  boost::json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code failed;
  auto whole = boost::json::parse({text.data(), text.size()}, failed, {}, options);
  if (failed || !whole.is_object()) return std::nullopt;
  std::size_t members = 0;
  each_member(text, [&](auto, auto) { return ++members == 0; });
  // Boost.JSON keeps the last of those of one name.
  if (members != whole.get_object().size()) return std::nullopt;
  return std::move(whole.get_object());
}

std::string_view member_of(std::string_view object, std::string_view name) {
  std::string_view made;
  each_member(object, [&](std::string_view key, std::string_view value) {
    if (json_text(key) != name) return false;
    made = value;
    return true;
  });
  return made;
}

std::optional<std::string_view> text_of(const boost::json::object& in, std::string_view name) {
  const auto* found = in.if_contains({name.data(), name.size()});
  const auto* text = found ? found->if_string() : nullptr;
  if (!text) return std::nullopt;
  return std::string_view(text->data(), text->size());
}

}  // namespace longpolld
