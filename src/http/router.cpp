#include "longpolld/http/router.hpp"

#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_tally.hpp"

#include <algorithm>

namespace longpolld {
namespace {

using enum route::verbs;
using enum route::where;

constexpr route table[] = {
    {"/events", subscribe_endpoint, get, not_publishing, right::subscribe, true},
    {"/publish", publish_endpoint, post, not_subscribing, right::publish},
    {"/healthz", health_endpoint, get, anywhere},
    {"/readyz", ready_endpoint, get, anywhere},
    {"/client.js", client_endpoint, get, not_publishing},
    {"/client-tabs.js", client_endpoint, get, not_publishing},
    {"/client.d.ts", client_endpoint, get, not_publishing},
    {"/", demo_endpoint, get, not_publishing},
    {"/demo/status", demo_status_endpoint, get, not_publishing},
    {"/demo/sign-in", demo_sign_in_endpoint, post, not_publishing},
    {"/demo/*", demo_endpoint, get, not_publishing},
    {"/metrics", metrics_endpoint, get, admin_only},
    {"/admin/categories", categories_endpoint, get_or_erase, admin_only},
    {"/admin/status", admin_status_endpoint, get, admin_only},
    {"/admin/reload", reload_endpoint, post, admin_only},
    {"/admin", admin_page_endpoint, get, admin_only},
    {"/admin/*", admin_page_endpoint, get, admin_only},
};

static_assert(std::size(table) <= http_tally::routes_max);

bool matches(const route& row, std::string_view path) {
  return row.path.ends_with('*') ? path.starts_with(row.path.substr(0, row.path.size() - 1))
                                 : path == row.path;
}

bool serves(const route& row, listen_role role) {
  if (role == listen_role::admin || row.is_admin()) return role == listen_role::admin && row.is_admin();
  if (role == listen_role::publishing) return row.served != not_publishing;
  return role == listen_role::everything || row.served != not_subscribing;
}

}  // namespace

std::string_view route::methods() const {
  switch (allowed) {
    case verbs::post:
      return "POST, OPTIONS";
    case verbs::get_or_erase:
      return "GET, HEAD, DELETE, OPTIONS";
    default:
      return "GET, HEAD, OPTIONS";
  }
}

bool route::allows(request::verb method) const {
  switch (method) {
    case request::verb::get:
    case request::verb::head:
      return allowed != verbs::post;
    case request::verb::post:
      return allowed == verbs::post;
    case request::verb::erase:
      return allowed == verbs::get_or_erase;
    case request::verb::options:
      return true;
    default:
      return false;
  }
}

std::span<const route> routes() { return table; }

std::size_t index_of(const route* one) {
  return one ? static_cast<std::size_t>(one - table) : std::size(table);
}

const route* find_route(std::string_view path, listen_role role) {
  const auto* found = std::find_if(std::begin(table), std::end(table),
                                   [&](const route& row) { return serves(row, role) && matches(row, path); });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace longpolld
