#include "longpolld/http/access/access_rules.hpp"

#include "longpolld/words/utf8.hpp"

#include <algorithm>

namespace longpolld {
namespace {

/// What everyone may subscribe to besides by a table of their own; without any table that is everything.
bool takes_nothing_from_everyone(const access_rules& from, const access_rules& to) {
  if (!to.has_tables) return rights{from.reserved, {}}.include({to.reserved, {}});
  return from.has_tables && to.everyone().include(from.everyone());
}

bool takes_no_category(const access_rules& from, const access_rules& to) {
  if (to.known.empty()) return true;
  return !from.known.empty() && rights{to.known, {}}.include({from.known, {}});
}

}  // namespace

std::optional<std::string> name_fault(std::string_view name) {
  constexpr std::size_t bytes_max = 256;
  if (name.empty() || name.size() > bytes_max) return "must have 1 to 256 bytes";
  if (!utf8::is_valid(name)) return "must be valid UTF-8";
  if (utf8::escaped(name) != name) return "must not have control or invisible characters";
  if (name.find_first_of(":/") != std::string_view::npos) return "must not have a colon or a slash";
  return std::nullopt;
}

bool operator==(const token_issuer& a, const token_issuer& b) {
  return a.name == b.name && a.keys->algorithm() == b.keys->algorithm() && a.key_text == b.key_text &&
         a.issuer == b.issuer && a.audience == b.audience && a.may == b.may &&
         a.leeway_seconds == b.leeway_seconds && a.own_rules == b.own_rules;
}

const rights& access_rules::everyone() const {
  static const rights nothing;
  return anyone ? *anyone : nothing;
}

bool access_rules::hook_takes_cookies() const { return hook && hook->forwards("Cookie"); }

std::vector<std::optional<rights_source>> carried_over(const access_rules& from, const access_rules& to) {
  std::vector<std::optional<rights_source>> into(from.sources());
  if (!takes_no_category(from, to) || !takes_nothing_from_everyone(from, to)) return into;
  into[access_rules::of_everyone()] = access_rules::of_everyone();
  for (std::size_t i = 0; i < from.keys.size(); ++i) {
    const auto& one = from.keys[i];
    const auto found = std::find_if(to.keys.begin(), to.keys.end(), [&](const access_key& next) {
      return next.name == one.name && next.secret == one.secret && next.may.include(one.may);
    });
    if (found == to.keys.end()) continue;
    into[access_rules::of_key(i)] = access_rules::of_key(static_cast<std::size_t>(found - to.keys.begin()));
  }
  for (std::size_t i = 0; i < from.issuers.size(); ++i) {
    const auto found = std::find(to.issuers.begin(), to.issuers.end(), from.issuers[i]);
    if (found == to.issuers.end()) continue;
    into[from.of_issuer(i)] = to.of_issuer(static_cast<std::size_t>(found - to.issuers.begin()));
  }
  if (from.hook && from.hook == to.hook) into[from.of_hook()] = to.of_hook();
  // Whose the other half is, is not remembered: nobody's may have changed.
  const auto last = into.begin() + from.of_both();
  if (std::all_of(into.begin(), last, [](const auto& one) { return one.has_value(); })) *last = to.of_both();
  return into;
}

}  // namespace longpolld
