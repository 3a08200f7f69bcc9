#include "longpolld/http/admission.hpp"
#include "longpolld/http/assets.hpp"
#include "longpolld/http/counters.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/http/reply/negotiation.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace longpolld {
namespace {

// Nothing but this server's own files, and no inline script: event data can never run.
constexpr std::string_view policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

// The page without the demo loads nothing: its style and icon are in it.
constexpr std::string_view plain_policy =
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

constexpr std::pair<std::string_view, std::string_view> types[] = {
    {".html", "text/html; charset=utf-8"},     {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"},
    {".ts", "text/plain; charset=utf-8"},  // the registered type of .ts is a video
};

/// What is there when the demo is off, too.
constexpr std::string_view always[] = {"style.css", "icon.svg"};

/// The file as this request may have it: gzipped or plain, or only that its copy is still the right one.
reply file(std::string_view name, const request& from, std::string_view allowing = policy) {
  const auto* found = find_asset(name);
  const auto* type = std::find_if(std::begin(types), std::end(types),
                                  [&](const auto& one) { return name.ends_with(one.first); });
  if (!found || type == std::end(types)) return no_such_path();
  const bool is_packed = accepts_gzip(from.accept_encoding);
  const auto& form = is_packed ? found->gzip : found->plain;
  reply made;
  made.extra = allowing;
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

std::string status_json(http_shard& home, const totals& now) {
  const bool publishes = home.limits().publish_listen.empty();
  std::string text = R"({"version":")" LONGPOLLD_VERSION R"(","publishes":)";
  text.append(publishes ? "true" : "false")
      .append(R"(,"threads":)")
      .append(std::to_string(home.pool().size()));
  for (const auto& one : counters()) {
    text.append(",\"").append(one.name).append("\":").append(std::to_string(now.*one.value));
  }
  return text + '}';
}

// A shard that does not answer for so long serves nobody either.
constexpr std::chrono::seconds status_timeout{5};

}  // namespace

std::optional<reply> client_endpoint(const exchange& one) {
  return file(one.asked.path.substr(1), one.asked);
}

std::optional<reply> demo_status_endpoint(const exchange& one) {
  auto& home = one.home;
  if (home.limits().demo != demo_mode::on) return no_such_path();
  gather_totals(home.pool(), home.shared(), home.core().context(),
                [&home, later = one.later(status_timeout)](const totals& now) mutable {
                  home.core().run([&] { later.answer(reply::json(status_json(home, now))); });
                });
  return std::nullopt;
}

std::optional<reply> demo_endpoint(const exchange& one) {
  const auto& from = one.asked;
  const bool is_on = one.home.limits().demo == demo_mode::on;
  if (from.path == "/") return is_on ? file("index.html", from) : file("plain.html", from, plain_policy);
  const auto name = from.path.substr(std::string_view("/demo/").size());
  if (!is_on && std::find(std::begin(always), std::end(always), name) == std::end(always))
    return no_such_path();
  return file(name, from);
}

}  // namespace longpolld
