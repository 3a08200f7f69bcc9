#include "longpolld/http/access/hook_answer.hpp"

#include "longpolld/parts/json_object.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>
#include <cassert>
#include <set>

namespace longpolld {
namespace {

/// The argument of a directive, quoted or not.
std::string_view argument(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
    return text.substr(1, text.size() - 2);
  return text;
}

/// How long an answer is fresh; nothing when Cache-Control does not say. RFC 9111 section 5.2.2; of several
/// the least counts, and an argument that is none is no time at all.
std::optional<std::chrono::seconds> freshness(std::string_view cache_control) {
  std::optional<std::chrono::seconds> made;
  for (const auto& one : ascii::split(cache_control, ',')) {
    const auto equals = std::min(one.find('='), one.size());
    const auto name = ascii::trimmed(std::string_view(one).substr(0, equals));
    std::chrono::seconds found{0};
    if (ascii::same(name, "max-age")) {
      const auto value =
          argument(ascii::trimmed(std::string_view(one).substr(std::min(equals + 1, one.size()))));
      const bool is_digits = !value.empty() && std::all_of(value.begin(), value.end(), ascii::is_digit);
      if (is_digits) found = std::chrono::seconds(whole_number<std::uint32_t>(value).value_or(UINT32_MAX));
    } else if (!ascii::same(name, "no-store") && !ascii::same(name, "no-cache")) {
      continue;
    }
    made = std::min(made.value_or(found), found);
  }
  return made;
}

/// Which categories a list does not have; nothing when it is no list of strings.
std::optional<std::vector<bool>> missing(const boost::json::value& allow,
                                         const std::vector<std::string>& categories) {
  const auto* list = allow.if_array();
  if (!list) return std::nullopt;
  std::set<std::string_view> allowed;
  for (const auto& one : *list) {
    const auto* name = one.if_string();
    if (!name) return std::nullopt;
    allowed.emplace(name->data(), name->size());
  }
  std::vector<bool> made(categories.size());
  std::transform(categories.begin(), categories.end(), made.begin(),
                 [&](const auto& one) { return !allowed.contains(one); });
  return made;
}

/// What the body of a 200 says.
hook_answer read_body(const hook_reply& reply, const hook_question& about) {
  hook_answer made{{hook_verdict::kind::allowed}};
  if (reply.body.empty()) {
    if (reply.is_length_known) return made;
    return hook_answer::unavailable("an empty reply must say Content-Length: 0");
  }
  const auto said = read_unique(reply.body);
  if (!said) return hook_answer::unavailable("the body of its reply is neither empty nor a JSON object");
  const auto* allow = said->if_contains("allow");
  if (!allow) return made;
  auto refused = missing(*allow, about.categories());
  if (!refused) return hook_answer::unavailable("\"allow\" in its reply must be a list of strings");
  if (std::find(refused->begin(), refused->end(), true) == refused->end()) return made;
  made.verdict = {hook_verdict::kind::forbidden, std::move(*refused)};
  return made;
}

hook_answer read_status(const hook_reply& reply, const hook_question& about) {
  switch (reply.status) {
    case 200:
      return read_body(reply, about);
    case 401:
      return {{hook_verdict::kind::unauthorized}};
    case 403:
      return {{hook_verdict::kind::forbidden}};
    default:
      return hook_answer::unavailable("the status of its reply is none of 200, 401 and 403 but " +
                                      std::to_string(reply.status));
  }
}

}  // namespace

std::string_view hook_verdict::first_refused(const hook_question& about,
                                             std::span<const std::string_view> named) const {
  assert(what == kind::forbidden && !named.empty());
  const auto& all = about.categories();
  for (const auto& one : named) {
    const auto at = static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), one) - all.begin());
    if (at < refused.size() && refused[at]) return one;
  }
  return named.front();
}

hook_answer hook_answer::unavailable(std::string why) { return {{}, std::nullopt, std::move(why)}; }

hook_answer hook_answer::not_asked(hook_verdict::kind what, std::string why) {
  return {{what}, std::chrono::seconds(0), std::move(why)};
}

hook_answer judge(const hook_reply& reply, const hook_question& about) {
  auto made = read_status(reply, about);
  if (made.verdict.what != hook_verdict::kind::unavailable) made.keep = freshness(reply.cache_control);
  return made;
}

}  // namespace longpolld
