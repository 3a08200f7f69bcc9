#include "longpolld/http/admission.hpp"

#include "longpolld/http/access/permission.hpp"

#include <string>

namespace longpolld {
namespace {

constexpr std::uint64_t small_body_bytes = 16'384;

reply not_allowed(const request& asked, const route& to) {
  auto made = reply::failure({405, "the method must be one of: " + std::string(to.methods())});
  made.extra = "Allow: " + std::string(to.methods()) + "\r\n";
  const bool is_odd = asked.method == request::verb::other || asked.method == request::verb::erase;
  if (is_odd) made.close = true;
  return made;
}

reply not_known_anywhere() {
  auto made = reply::failure({501, "the method must be one of: GET, HEAD, POST, OPTIONS"});
  made.close = true;
  return made;
}

reply not_our_host() {
  return reply::failure(
      {421,
       "over a loopback address Host must be localhost or one of allowed_hosts, an option of the server"});
}

/// Not even those of cors_allow_origins, which may publish: they are not the operator's.
reply not_our_page() {
  return reply::failure({403, "Origin must be this server's own: no page of another may do this"});
}

/// Whether answering changes something, so that foreign pages must not ask for it.
bool changes(const request& asked, const route& to, const config& limits) {
  if (asked.method == request::verb::post || asked.method == request::verb::erase) return true;
  return asked.method == request::verb::get && to.takes_events && limits.delete_event_after_first_retrieval;
}

reply options_reply(const request& asked, const route* to, const cors& origins) {
  const auto methods = to ? to->methods() : std::string_view("GET, HEAD, POST, OPTIONS");
  if (to && !to->is_admin() && !asked.origin.empty() && !asked.requested_method.empty()) {
    return origins.preflight(origins.find(asked), methods);
  }
  reply made;
  made.status = 204;
  made.extra = "Allow: " + std::string(methods) + "\r\n";
  return made;
}

}  // namespace

reply no_such_path() { return reply::failure({404, "there is nothing at this path"}); }

std::optional<reply> refusal(const request& asked, const route* to, http_shard& home, const arrival& how,
                             const connection& by) {
  // Only HTTP/1.0 may have no Host, which browsers do not speak.
  const bool is_admin = how.role == listen_role::admin;
  const auto& hosts = home.hosts();
  const bool is_ours = is_admin ? hosts.names(asked.host) : hosts.allows(asked.host);
  if (how.over_loopback && !asked.host.empty() && !is_ours) return not_our_host();
  const auto most = static_cast<std::uint64_t>(home.limits().max_body_bytes);
  if (asked.body == request::framing::length && asked.content_bytes > most) {
    return reply::failure(
        beyond(413, "the body must not be larger than", &config::max_body_bytes, home.limits()));
  }
  if (asked.method == request::verb::options && asked.path == "*") return std::nullopt;
  if (asked.method == request::verb::unknown) return not_known_anywhere();
  if (!to) return asked.method == request::verb::other ? not_known_anywhere() : no_such_path();
  if (!to->allows(asked.method)) return not_allowed(asked, *to);
  if (is_admin) {
    if (changes(asked, *to, home.limits()) && cors::is_cross_origin(asked)) return not_our_page();
    if (auto refused = refused_as_admin(asked, home, how, by)) return refused;
  }
  if (changes(asked, *to, home.limits()) && home.origins().is_foreign(asked)) {
    const std::string_view what = to->takes_events ? "take events, which deletes them here" : "publish";
    return reply::failure(
        {403, "Origin is not among cors_allow_origins, so its pages must not " + std::string(what)});
  }
  if (asked.method != request::verb::post) return std::nullopt;
  if (asked.has_content_coding) return reply::failure({415, "Content-Encoding must be identity"});
  if (asked.body == request::framing::none && !is_admin)
    return reply::failure({411, "Content-Length is required"});
  // Whoever may publish nothing need not send much to be told. A small body has mostly come already.
  const bool is_small = asked.body == request::framing::length && asked.content_bytes <= small_body_bytes;
  if (to->acts && (!is_small || asked.expects_continue)) return refused_by_head(asked, home, how, *to->acts);
  return std::nullopt;
}

std::optional<reply> respond(const exchange& one, const route* to) {
  if (one.asked.method == request::verb::options) return options_reply(one.asked, to, one.home.origins());
  return to->answer(one);
}

}  // namespace longpolld
