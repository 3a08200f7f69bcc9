#include "longpolld/parts/repeat.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace longpolld {

bool repeat_of::is_key(std::string_view text) {
  constexpr std::size_t bytes_max = 255;
  const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
  return !text.empty() && text.size() <= bytes_max && std::all_of(text.begin(), text.end(), is_visible);
}

/// Lengths stand before what they are of, so that no two requests come to the same text.
repeat_of repeat_of::made_of(std::string_view principal, std::string_view key,
                             const wire::publish_request& what) {
  assert(is_key(key));
  const auto append = [](std::string& to, std::string_view part) {
    to.append(std::to_string(part.size())).append(":").append(part);
  };
  std::string who;
  append(who, principal);
  append(who, key);
  std::string body = what.is_array ? "array " : "one ";
  for (const auto& one : what.events) {
    append(body, one.category);
    const auto text = one.text->text();
    append(body, {text.data(), text.size()});
  }
  return {sha256(who), sha256(body)};
}

}  // namespace longpolld
