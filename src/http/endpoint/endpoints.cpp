#include "longpolld/http/endpoint/endpoints.hpp"

#include <string>

namespace longpolld {
namespace {

response not_allowed(const request& from, const route& to) {
  auto made = response::failure({405, "the method must be one of: " + std::string(to.methods)});
  made.extra = "Allow: " + std::string(to.methods) + "\r\n";
  if (from.method == request::verb::other) made.close = true;
  return made;
}

response not_known_anywhere() {
  auto made = response::failure({501, "the method must be one of: GET, HEAD, POST, OPTIONS"});
  made.close = true;
  return made;
}

response not_our_host() {
  return response::failure(
      {421,
       "over a loopback address Host must be localhost or one of allowed_hosts, an option of the server"});
}

/// Whether answering changes something, so that foreign pages must not ask for it.
bool changes(const request& from, const route& to, const config& limits) {
  if (from.method == request::verb::post) return true;
  return from.method == request::verb::get && to.to == endpoint::subscribe &&
         limits.delete_event_after_first_retrieval;
}

}  // namespace

response no_such_path() { return response::failure({404, "there is nothing at this path"}); }

std::optional<response> refusal(const request& from, const route& to, const http_shard& home,
                                const arrival& peer) {
  // Only HTTP/1.0 may have no Host, which browsers do not speak.
  if (peer.over_loopback && !from.host.empty() && !home.hosts().allows(from.host)) return not_our_host();
  const auto most = static_cast<std::uint64_t>(home.limits().max_body_bytes);
  if (from.body == request::framing::length && from.content_bytes > most) {
    return response::failure(
        beyond(413, "the body must not be larger than", &config::max_body_bytes, home.limits()));
  }
  if (from.method == request::verb::options && from.path == "*") return std::nullopt;
  if (from.method == request::verb::unknown) return not_known_anywhere();
  if (to.to == endpoint::none) {
    return from.method == request::verb::other ? not_known_anywhere() : no_such_path();
  }
  if (!allows(to, from.method)) return not_allowed(from, to);
  if (changes(from, to, home.limits()) && home.origins().is_foreign(from)) {
    return response::failure(
        {403,
         "Origin is not among cors_allow_origins, so its pages must not " +
             std::string(to.to == endpoint::publish ? "publish" : "take events, which deletes them here")});
  }
  if (from.method != request::verb::post) return std::nullopt;
  if (from.has_content_coding) return response::failure({415, "Content-Encoding must be identity"});
  if (from.body == request::framing::none) return response::failure({411, "Content-Length is required"});
  return std::nullopt;
}

std::optional<response> respond(const request& from, const route& to, std::string_view body, http_shard& home,
                                poll& one, client_key client) {
  if (from.method == request::verb::options) {
    if (!from.origin.empty() && !from.requested_method.empty()) {
      return home.origins().preflight(home.origins().find(from), to.methods);
    }
    response made;
    made.status = 204;
    made.extra =
        "Allow: " + std::string(to.methods.empty() ? "GET, HEAD, POST, OPTIONS" : to.methods) + "\r\n";
    return made;
  }
  switch (to.to) {
    case endpoint::subscribe:
      return subscribe_endpoint(from, home, one, client);
    case endpoint::publish:
      return publish_endpoint(body, home, client);
    case endpoint::health:
      return health_endpoint();
    case endpoint::ready:
      return ready_endpoint(home);
    case endpoint::client:
      return client_endpoint(from);
    case endpoint::demo:
      return demo_endpoint(from, home);
    case endpoint::none:
      break;
  }
  return no_such_path();
}

}  // namespace longpolld
