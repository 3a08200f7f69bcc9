#include "longpolld/http/endpoint/asset_reply.hpp"

#include "longpolld/http/admission.hpp"
#include "longpolld/http/assets.hpp"
#include "longpolld/http/reply/negotiation.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace longpolld {
namespace {

constexpr std::pair<std::string_view, std::string_view> types[] = {
    {".html", "text/html; charset=utf-8"},     {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"},
    {".ts", "text/plain; charset=utf-8"},  // the registered type of .ts is a video
};

}  // namespace

reply asset_reply(std::string_view name, const request& from, std::string_view policy) {
  const auto* found = find_asset(name);
  const auto* type = std::find_if(std::begin(types), std::end(types),
                                  [&](const auto& one) { return name.ends_with(one.first); });
  if (!found || type == std::end(types)) return no_such_path();
  const bool is_packed = accepts_gzip(from.accept_encoding);
  const auto& form = is_packed ? found->gzip : found->plain;
  reply made;
  made.extra = policy;
  made.extra.append("Vary: Accept-Encoding\r\nETag: ").append(form.tag).append("\r\n");
  if (names_tag(from.if_none_match, form.tag)) {
    made.status = 304;
    made.extra += "Cache-Control: no-cache\r\n";
    return made;
  }
  if (is_packed) made.extra += "Content-Encoding: gzip\r\n";
  made.text = form.bytes;
  made.type = type->second;
  made.cache = "no-cache";  // asked about each time, so that client and server never differ in age
  return made;
}

}  // namespace longpolld
