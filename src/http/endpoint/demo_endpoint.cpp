#include "longpolld/http/assets.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/reply/negotiation.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace longpolld {
namespace {

// Nothing but this server's own files, and no inline script: event data can never run.
constexpr std::string_view policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

constexpr std::pair<std::string_view, std::string_view> types[] = {
    {".html", "text/html; charset=utf-8"},     {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"},
    {".ts", "text/plain; charset=utf-8"},  // the registered type of .ts is a video
};

/// What the page says that is there when the demo is off.
constexpr std::string_view always[] = {"style.css", "icon.svg"};

/// The file as this request may have it: gzipped or plain, or only that its copy is still the right one.
response file(std::string_view name, const request& from) {
  const auto* found = find_asset(name);
  const auto* type = std::find_if(std::begin(types), std::end(types),
                                  [&](const auto& one) { return name.ends_with(one.first); });
  if (!found || type == std::end(types)) return no_such_path();
  const bool is_packed = accepts_gzip(from.accept_encoding);
  const auto& form = is_packed ? found->gzip : found->plain;
  response made;
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

std::string status_json(http_shard& home) {
  const auto counts = home.of().log().count();
  const bool publishes = home.limits().publish_listen.empty();
  return R"({"version":")" LONGPOLLD_VERSION R"(","publishes":)" + std::string(publishes ? "true" : "false") +
         R"(,"threads":)" + std::to_string(home.of().log().shards()) + R"(,"categories":)" +
         std::to_string(counts.categories) + R"(,"published":)" + std::to_string(counts.published) +
         R"(,"buffer_bytes":)" + std::to_string(counts.buffer_bytes) + '}';
}

}  // namespace

response client_endpoint(const request& from) { return file(from.path.substr(1), from); }

response demo_endpoint(const request& from, http_shard& home) {
  const bool is_on = home.limits().demo == demo_mode::on;
  if (from.path == "/") return file(is_on ? "index.html" : "plain.html", from);
  const auto name = from.path.substr(std::string_view("/demo/").size());
  if (is_on && name == "status") return response::json(status_json(home));
  if (!is_on && std::find(std::begin(always), std::end(always), name) == std::end(always))
    return no_such_path();
  return file(name, from);
}

}  // namespace longpolld
