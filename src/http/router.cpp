#include "longpolld/http/router.hpp"

namespace longpolld {
namespace {

constexpr std::string_view reading = "GET, HEAD, OPTIONS";
constexpr std::string_view publishing = "POST, OPTIONS";

}  // namespace

route find_route(std::string_view path, listen_role role) {
  if (path == "/healthz") return {endpoint::health, reading};
  if (path == "/readyz") return {endpoint::ready, reading};
  if (path == "/publish" && role != listen_role::subscribing) return {endpoint::publish, publishing};
  if (role == listen_role::publishing) return {};
  if (path == "/events") return {endpoint::subscribe, reading};
  if (path == "/client.js" || path == "/client-tabs.js" || path == "/client.d.ts")
    return {endpoint::client, reading};
  if (path == "/" || path.starts_with("/demo/")) return {endpoint::demo, reading};
  return {};
}

bool allows(const route& of, request::verb method) {
  switch (method) {
    case request::verb::get:
    case request::verb::head:
      return of.methods == reading;
    case request::verb::post:
      return of.methods == publishing;
    case request::verb::options:
      return true;
    default:
      return false;
  }
}

}  // namespace longpolld
