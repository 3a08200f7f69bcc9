#include "longpolld/parts/json_walker.hpp"

#include <boost/json/parse.hpp>

#include <charconv>
#include <optional>

namespace longpolld {
namespace {

constexpr std::size_t escape_bytes = 6;  // \uXXXX

/// The UTF-16 unit whose escape `text` begins with, if it is of a surrogate pair.
std::optional<unsigned> surrogate_at(std::string_view text) {
  unsigned unit = 0;
  if (text.size() < escape_bytes || !text.starts_with("\\u")) return std::nullopt;
  const auto [end, failed] = std::from_chars(text.data() + 2, text.data() + escape_bytes, unit, 16);
  if (failed != std::errc{} || end != text.data() + escape_bytes || unit < 0xd800 || unit > 0xdfff) {
    return std::nullopt;
  }
  return unit;
}

/// Where the next lone one begins, at or behind `from`, which is not inside an escape.
std::size_t find_lone_surrogate(std::string_view json, std::size_t from) {
  auto at = json.find('\\', from);
  while (at != std::string_view::npos) {
    const auto one = surrogate_at(json.substr(at));
    if (!one) {
      at = json.find('\\', at + 2);
      continue;
    }
    const auto next = *one < 0xdc00 ? surrogate_at(json.substr(at + escape_bytes)) : std::nullopt;
    if (!next || *next < 0xdc00) return at;
    at = json.find('\\', at + 2 * escape_bytes);
  }
  return at;
}

}  // namespace

bool has_lone_surrogate(std::string_view json) {
  return find_lone_surrogate(json, 0) != std::string_view::npos;
}

std::string without_lone_surrogates(std::string_view json) {
  std::string made(json);
  for (auto at = find_lone_surrogate(made, 0); at != std::string::npos;
       at = find_lone_surrogate(made, at + escape_bytes)) {
    made.replace(at, escape_bytes, "\\ufffd");
  }
  return made;
}

std::string json_text(std::string_view json_string) {
  const auto inner = json_string.substr(1, json_string.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return std::string(inner);
  if (has_lone_surrogate(inner)) return json_text(without_lone_surrogates(json_string));
  const auto value = boost::json::parse(boost::json::string_view(json_string.data(), json_string.size()));
  return {value.get_string().data(), value.get_string().size()};
}

}  // namespace longpolld
