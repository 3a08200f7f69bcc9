#include "longpolld/http/assets.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"

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
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

/// What the page says that is there when the demo is off.
constexpr std::string_view always[] = {"style.css", "icon.svg"};

response file(std::string_view name) {
  response made;
  made.text = asset(name);
  const auto* type = std::find_if(std::begin(types), std::end(types),
                                  [&](const auto& one) { return name.ends_with(one.first); });
  if (made.text.empty() || type == std::end(types)) return no_such_path();
  made.type = type->second;
  made.extra = policy;
  return made;
}

std::string status_json(http_shard& home) {
  const auto counts = home.of().log().count();
  return R"({"version":")" LONGPOLLD_VERSION R"(","threads":)" + std::to_string(home.of().log().shards()) +
         R"(,"categories":)" + std::to_string(counts.categories) + R"(,"published":)" +
         std::to_string(counts.published) + R"(,"buffer_bytes":)" + std::to_string(counts.buffer_bytes) + '}';
}

}  // namespace

response client_endpoint(const request& from) { return file(from.path.substr(1)); }

response demo_endpoint(const request& from, http_shard& home) {
  const bool is_on = home.limits().demo == "on";
  if (from.path == "/") return file(is_on ? "index.html" : "plain.html");
  const auto name = from.path.substr(std::string_view("/demo/").size());
  if (is_on && name == "status") return response::json(status_json(home));
  if (!is_on && std::find(std::begin(always), std::end(always), name) == std::end(always))
    return no_such_path();
  return file(name);
}

}  // namespace longpolld
