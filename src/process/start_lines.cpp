#include "longpolld/process/start_lines.hpp"

#include "longpolld/http/address.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>

namespace longpolld {
namespace {

constexpr std::string_view name_of(listen_role role) {
  switch (role) {
    case listen_role::subscribing:
      return "subscribers";
    case listen_role::publishing:
      return "publishers";
    case listen_role::admin:
      return "operators";
    case listen_role::everything:
      break;
  }
  return "everyone";
}

/// What whoever reaches this address may do without credentials.
void log_open(const listener& one, const std::string& at, const access_rules& rules) {
  if (one.role() == listen_role::admin) {
    const bool has_admin =
        std::any_of(rules.keys.begin(), rules.keys.end(), [](auto& key) { return key.is_admin; });
    if (!has_admin) {
      log::warn("nobody on another machine may use this address: that takes a [[key]] with admin = true",
                {{"address", at}});
    }
    return;
  }
  const bool has_rules = rules.has_tables;
  const bool publishes = has_rules
                             ? one.role() != listen_role::subscribing && !rules.everyone().publish.empty()
                             : one.role() == listen_role::publishing;
  if (publishes) {
    log::warn(has_rules ? "anyone who reaches this address may publish, as [anyone] has it"
                        : "anyone who reaches this address may publish; restrict it by [[key]] tables",
              {{"address", at}});
  }
  if (!has_rules && one.role() != listen_role::publishing) {
    log::warn(
        "anyone who reaches this address may subscribe to everything; restrict it by [[key]] or "
        "[[issuer]] tables",
        {{"address", at}});
  }
}

}  // namespace

void log_start(const std::vector<std::unique_ptr<listener>>& listeners, const config& of,
               const access_rules& rules, std::size_t threads) {
  for (const auto& one : listeners) {
    const auto at = to_text(one->address());
    log::info("listening", {{"address", at},
                            {"speaks", one->speaks_tls() ? "https" : "http"},
                            {"serves", name_of(one->role())},
                            {"threads", threads}});
    const bool asks_for_certificates = one->speaks_tls() && !of.tls_client_ca.empty();
    if (!asks_for_certificates && !one->address().address().is_loopback()) log_open(*one, at, rules);
  }
  if (of.token_in_query) {
    log::warn("token_in_query is on: tokens will be in the logs of proxies and in browsers' histories");
  }
}

}  // namespace longpolld
