#include "longpolld/http/access/permission.hpp"

#include "longpolld/http/access/hook_wait.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>
#include <string>

namespace longpolld {
namespace {

constexpr std::string_view to_do(right what) {
  return what == right::subscribe ? "subscribe to" : "publish to";
}

/// RFC 9110 section 11.6.1.
reply unauthorised(std::string text, const access_rules& by) {
  auto made = reply::failure({401, std::move(text)});
  made.extra += "WWW-Authenticate: Bearer\r\n";
  if (!by.keys.empty()) made.extra += "WWW-Authenticate: Basic realm=\"longpolld\"\r\n";
  return made;
}

reply no_credentials(right what, std::string_view category, const access_rules& by) {
  std::string text = "it takes a token or a key to ";
  text.append(to_do(what)).append(category.empty() ? " any category" : " \"");
  if (!category.empty()) text.append(category).append("\"");
  return unauthorised(text + ": send Authorization: Bearer", by);
}

reply no_outsider(const access_rules& by) {
  return unauthorised(
      "only programs on the server's machine may publish: to allow others, the server's configuration has to "
      "say so in [anyone] publish, in a [[key]] or [[issuer]] table, or by publish_listen",
      by);
}

reply guesses_too_fast(std::int64_t wait, const config& limits) {
  auto why = beyond(429, "this address sends wrong credentials faster than",
                    &config::max_wrong_credentials_per_second_per_address, limits);
  why.retry_after_seconds = wait;
  return reply::failure(why);
}

/// What holds while there is no table.
bool may_without_rules(const request& asked, const arrival& how, right what) {
  return what == right::subscribe || how.role == listen_role::publishing || is_local(asked, how);
}

/// The first category that without tables only a token of its own gives.
std::optional<std::string_view> first_reserved(const access_rules& by, const rights& own, right what,
                                               const category_names& categories) {
  const auto refused = std::find_if(categories.begin(), categories.end(), [&](std::string_view one) {
    return by.is_reserved(one) && !own.allow(what, one);
  });
  if (refused == categories.end()) return std::nullopt;
  return *refused;
}

/// Whether credentials that nobody here knows are the backend's to judge.
bool is_for_hook(const credentials& what, const access_rules& by) {
  if (!by.hook || what.where == credentials::place::query) return false;
  return by.hook->forwards(what.where == credentials::place::cookie ? "Cookie" : "Authorization") != nullptr;
}

/// Who asks: null for nobody in particular.
std::variant<principal_ptr, reply> identify(const request& asked, http_shard& home, client_key client) {
  auto& access = home.access();
  const auto& rules = access.rules();
  if (!rules.knows_credentials()) return nullptr;  // those there are, are meant for somebody else
  const auto shown = find_credentials(asked, home.limits(), home.origins().is_foreign(asked));
  if (!shown) return reply::failure(shown.error());
  if (!*shown) return nullptr;
  const auto& now = home.core().now();
  if (auto who = access.recognise(**shown, now.wall)) return who;
  auto& addresses = home.shared().addresses;
  if (const auto wait = addresses.must_not_guess(client, now.steady); wait > 0) {
    if (is_for_hook(**shown, rules)) return nullptr;  // which may know them, and is not asked either
    return guesses_too_fast(wait, home.limits());
  }
  if (auto who = access.verify(**shown, now.wall)) return who;
  if (is_for_hook(**shown, rules)) return nullptr;
  addresses.guessed_wrong(client, now.steady);
  return unauthorised("the credentials are wrong, or are not valid any more", rules);
}

reply forbidden(right what, std::string_view category) {
  return reply::failure(
      {403, "not allowed to " + std::string(to_do(what)) + " \"" + std::string(category) + '"'});
}

/// The field lines that are passed on, in their order. The cookies of a page that is not allowed are not: its
/// browser adds them whether the user wants it or not.
std::vector<hook_question::field> forwarded_of(const request& asked, const hook_settings& by,
                                               bool is_foreign) {
  std::vector<hook_question::field> found;
  auto lines = asked.fields;
  for (auto end = lines.find("\r\n"); end != std::string_view::npos; end = lines.find("\r\n")) {
    const auto line = lines.substr(0, end);
    lines.remove_prefix(end + 2);
    const auto colon = std::min(line.find(':'), line.size());
    const auto name = line.substr(0, colon);
    const auto* named = by.forwards(name);
    if (colon == line.size() || !named) continue;
    if (is_foreign && ascii::same(name, "Cookie")) continue;
    found.push_back({*named, std::string(ascii::trimmed(line.substr(colon + 1)))});  // in one spelling
  }
  return found;
}

/// Tells apart who shows different fields, or none from different addresses, and shows nothing of them.
std::string name_of(const hook_question& about) {
  std::string all = about.forwarded().empty() ? about.client() : std::string();
  for (const auto& one : about.forwarded())
    all += one.name + ':' + one.value + '\n';  // neither has line ends
  return "hook:" + to_hex(sha256(all));
}

/// What a request is told that the backend has not allowed, or not been asked about.
reply not_allowed(const exchange& one, right what, std::string_view category) {
  const auto& rules = one.home.access().rules();
  switch (one.said->verdict.what) {
    case hook_verdict::kind::unauthorized:
      return no_credentials(what, category, rules);
    case hook_verdict::kind::guessing:
      return guesses_too_fast(std::max<std::int64_t>(1, one.home.shared().addresses.must_not_guess(
                                                            one.client, one.home.core().now().steady)),
                              one.home.limits());
    case hook_verdict::kind::crowded:
      return reply::failure({429,
                             "this address has as many questions waiting for the site's backend as [hook] "
                             "max_waiting_per_address = " +
                                 std::to_string(rules.hook->max_waiting_per_address)});
    default:
      return reply::failure({503, "the site's backend has not said whether this is allowed"});
  }
}

/// What the site's backend has said, or what it is to be asked: about those categories that no rule allows.
permission by_hook(const exchange& one, right what, const principal_ptr& who,
                   const category_names& categories) {
  const auto& rules = one.home.access().rules();
  category_names unclear;
  for (const auto category : categories) {
    const bool is_own = who && who->may.allow(what, category);
    if (!is_own && !rules.everyone().allow(what, category)) unclear.push_back(category);
  }
  hook_question about(what, {unclear.begin(), unclear.end()},
                      forwarded_of(one.asked, *rules.hook, one.home.origins().is_foreign(one.asked)),
                      to_text(one.client != 0 ? one.client : one.how.peer), one.client);
  if (!one.said || one.said->by != one.home.hook().get() || one.said->about != about.key()) return about;
  const auto& verdict = one.said->verdict;
  if (verdict.what == hook_verdict::kind::allowed) {
    // With rights of its own besides it is who it is, for as long as that lasts.
    if (who) return permit{who, rules.of_both(), who->expires};
    principal of_hook{name_of(about), {}, rules.of_hook()};
    return permit{std::make_shared<const principal>(std::move(of_hook)), rules.of_hook()};
  }
  if (verdict.what == hook_verdict::kind::forbidden) {
    return forbidden(what, verdict.first_refused(about, unclear));
  }
  return not_allowed(one, what, unclear.front());
}

}  // namespace

bool is_local(const request& asked, const arrival& how) {
  if (!is_loopback(how.peer)) return false;
  // A proxy that names itself alone passes on whatever X-Forwarded-For its client has invented.
  return !asked.names_proxy && (!asked.forwarded_for || names_only_loopback(*asked.forwarded_for));
}

namespace {

permission judge(const exchange& one, right what, const category_names& categories) {
  const auto& rules = one.home.access().rules();
  auto found = identify(one.asked, one.home, one.client);
  if (auto* refused = std::get_if<reply>(&found)) return std::move(*refused);
  auto& who = std::get<principal_ptr>(found);
  if (who) one.home.log().recognised(one.by, who->name);
  for (const auto category : categories) {
    if (rules.is_known(category)) continue;
    return reply::failure(
        {404, "there is no category \"" + std::string(category) + "\" among the server's known_categories"});
  }
  static const rights nothing;
  const auto& own = who ? who->may : nothing;
  const auto refused = rules.has_tables ? first_refused(own, rules.everyone(), what, categories)
                                        : first_reserved(rules, own, what, categories);
  if (!refused) {
    if (!rules.has_tables && !may_without_rules(one.asked, one.how, what)) return no_outsider(rules);
    if (!who) return permit{};
    return permit{who, who->source, who->expires};
  }
  if (rules.hook) return by_hook(one, what, who, categories);
  if (!who) return no_credentials(what, *refused, rules);
  return forbidden(what, *refused);
}

access_verdict verdict_of(const permission& what, const hook_said* said) {
  if (std::holds_alternative<permit>(what)) return access_verdict::allowed;
  if (std::holds_alternative<hook_question>(what)) return access_verdict::asked;
  switch (std::get<reply>(what).status) {
    case 400:
      return access_verdict::malformed;
    case 401:
      return access_verdict::unauthorized;
    case 404:
      return access_verdict::unknown_category;
    case 429:
      return said && said->verdict.what == hook_verdict::kind::crowded ? access_verdict::crowded
                                                                       : access_verdict::guessing;
    case 503:
      return access_verdict::unavailable;
    default:
      return access_verdict::forbidden;
  }
}

}  // namespace

permission find_permit(const exchange& one, right what, const category_names& categories) {
  auto found = judge(one, what, categories);
  one.home.counted().judged(verdict_of(found, one.said));
  return found;
}

std::optional<reply> refused_as_admin(const request& asked, http_shard& home, const arrival& how,
                                      const connection& by) {
  auto found = identify(asked, home, home.client_of(how, asked));
  if (auto* refused = std::get_if<reply>(&found)) return std::move(*refused);
  const auto& who = std::get<principal_ptr>(found);
  if (who) home.log().recognised(by, who->name);
  if (is_local(asked, how) || (who && who->is_admin)) return std::nullopt;
  if (who) return reply::failure({403, "it takes a key with admin = true"});
  return unauthorised("from another machine it takes a key with admin = true: send Authorization: Bearer",
                      home.access().rules());
}

bool is_for_anyone(const exchange& one, const permit& by) {
  const auto& limits = one.home.limits();
  if (by.who || one.said || one.asked.authorization) return false;
  if (one.how.over_tls && !limits.tls_client_ca.empty()) return false;  // it has shown a certificate
  const auto shown = find_credentials(one.asked, limits, false);
  return shown && !*shown;
}

std::optional<reply> refused_by_head(const request& asked, http_shard& home, const arrival& how, right what) {
  const auto& rules = home.access().rules();
  auto found = identify(asked, home, home.client_of(how, asked));
  if (auto* refused = std::get_if<reply>(&found)) return std::move(*refused);
  if (!rules.has_tables) {
    if (may_without_rules(asked, how, what)) return std::nullopt;
    return no_outsider(rules);
  }
  if (rules.hook || std::get<principal_ptr>(found) || !rules.everyone().of(what).empty()) return std::nullopt;
  return no_credentials(what, {}, rules);
}

}  // namespace longpolld
