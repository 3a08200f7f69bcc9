#include "longpolld/http/assets.hpp"
#include "longpolld/http/endpoints.hpp"

namespace longpolld {
namespace {

// Nothing but this server's own files, and no inline script: event data can never run.
constexpr std::string_view policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

response page(std::string_view name, std::string_view type) {
  response made;
  made.text = asset(name);
  made.type = type;
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

response demo_endpoint(const request& from, http_shard& home) {
  constexpr std::string_view html = "text/html; charset=utf-8";
  const bool is_on = home.limits().demo == "on";
  if (from.path == "/") return page(is_on ? "index.html" : "plain.html", html);
  if (from.path == "/demo/style.css") return page("style.css", "text/css; charset=utf-8");
  if (from.path == "/demo/icon.svg") return page("icon.svg", "image/svg+xml");
  if (is_on && from.path == "/demo/demo.js") return page("demo.js", "text/javascript; charset=utf-8");
  if (is_on && from.path == "/demo/status") return response::json(status_json(home));
  return response::failure({404, "there is nothing at this path"});
}

}  // namespace longpolld
