#include "longpolld/http/access/hook_settings.hpp"

#include "longpolld/http/read/request_guard.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>
#include <array>

namespace longpolld {
namespace {

constexpr std::size_t forward_max = 32;

// What frames the question, says what it is, or would have the reply be something else than JSON.
constexpr std::array<std::string_view, 16> own_fields{
    "Accept",           "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length",
    "Content-Type",     "Expect",          "Host",       "If-None-Match",    "Keep-Alive",
    "Proxy-Connection", "Range",           "TE",         "Trailer",          "Transfer-Encoding",
    "Upgrade"};

auto find(const auto& names, std::string_view name) {
  return std::find_if(names.begin(), names.end(),
                      [&](std::string_view one) { return ascii::same(one, name); });
}

}  // namespace

const std::string* hook_settings::forwards(std::string_view name) const {
  const auto found = find(forward, name);
  return found == forward.end() ? nullptr : &*found;
}

std::optional<std::string> hook_settings::fault() const {
  if (url.host.empty()) return "url is missing";
  if (forward.size() > forward_max) return "forward must not have more than 32 names";
  for (auto one = forward.begin(); one != forward.end(); ++one) {
    if (!is_token(*one)) return "forward: \"" + *one + "\" is not the name of a header field";
    if (find(own_fields, *one) != own_fields.end())
      return "forward: " + *one + " belongs to the question itself";
    if (forwards(*one) != &*one) return "forward: " + *one + " is repeated";
  }
  if (timeout < std::chrono::seconds(1) || timeout > timeout_max)
    return "timeout_seconds must be from 1 to 60 seconds";
  if (cache < cache.zero() || cache > max_cache) return "cache_seconds must be from 0 to 86400 seconds";
  return std::nullopt;
}

}  // namespace longpolld
