#include "longpolld/http/admission.hpp"
#include "longpolld/http/counters.hpp"
#include "longpolld/http/endpoint/asset_reply.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"

#include <string>
#include <utility>

namespace longpolld {
namespace {

// The page without the demo loads nothing: its style and icon are in it.
constexpr std::string_view plain_policy =
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

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
  return asset_reply("web" + std::string(one.asked.path), one.asked);
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
  if (from.path == "/") {
    return is_on ? asset_reply("demo/index.html", from) : asset_reply("demo/plain.html", from, plain_policy);
  }
  if (!is_on) return no_such_path();
  return asset_reply(from.path.substr(1), from);
}

}  // namespace longpolld
