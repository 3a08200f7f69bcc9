#include "longpolld/parts/redis_url.hpp"

#include "longpolld/parts/query.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace longpolld {
namespace {

struct scheme {
  std::string_view begins;
  redis_url::kind is;
  std::string_view port;
};
constexpr std::array<scheme, 4> schemes = {{{"redis://", redis_url::kind::tcp, "6379"},
                                            {"rediss://", redis_url::kind::tls, "6379"},
                                            {"unix://", redis_url::kind::unix, ""},
                                            {"redis+sentinel://", redis_url::kind::sentinel, "26379"}}};

std::optional<redis_url::place> read_place(std::string_view text, std::string_view port) {
  redis_url::place made{"", std::string(port)};
  const bool is_v6 = text.starts_with('[');
  const auto end = is_v6 ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  made.host = text.substr(is_v6 ? 1 : 0, end - (is_v6 ? 1 : 0));
  text.remove_prefix(end + (is_v6 ? 1 : 0));
  if (made.host.empty()) return std::nullopt;
  if (text.empty()) return made;
  const auto number = whole_number<std::uint16_t>(text.substr(1));
  if (text.front() != ':' || !number || *number == 0) return std::nullopt;
  made.port = text.substr(1);
  return made;
}

/// Takes `user:password@` off its front. False where it is not percent-encoded right.
bool take_user(std::string_view& rest, redis_url& into) {
  const auto at = rest.rfind('@', std::min(rest.find('/'), rest.size()));
  if (at == std::string_view::npos) return true;
  const auto both = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  const auto colon = std::min(both.find(':'), both.size());
  const auto user = percent_decoded(both.substr(0, colon));
  const auto password = percent_decoded(both.substr(std::min(colon + 1, both.size())));
  if (!user || !password) return false;
  into.user = *user;
  into.password = *password;
  return true;
}

/// Takes what stands before the first `end` off its front, and that too.
std::string_view take_until(std::string_view& rest, char end) {
  const auto at = std::min(rest.find(end), rest.size());
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return taken;
}

}  // namespace

outcome<redis_url> redis_url::parse(std::string_view text) {
  const auto* found = std::find_if(schemes.begin(), schemes.end(),
                                   [&](const scheme& one) { return text.starts_with(one.begins); });
  if (found == schemes.end())
    return error{0, "is not a URL that begins with redis://, rediss://, unix:// or redis+sentinel://"};
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= 0x7f; }))
    return error{0, "must have neither spaces nor other than ASCII characters in it"};
  redis_url read;
  read.is = found->is;
  auto rest = text.substr(found->begins.size());
  std::string_view number;
  if (read.is == kind::unix) {
    const auto path_begins = rest.find('/');
    auto user = rest.substr(0, std::min(path_begins, rest.size()));
    if (!take_user(user, read) || !user.empty())
      return error{0, "must be unix:///path, or unix://user:password@/path"};
    rest.remove_prefix(std::min(path_begins, rest.size()));
    read.path = take_until(rest, '?');
    if (read.path.size() < 2) return error{0, "must name the path of a socket: unix:///run/redis.sock"};
    if (!rest.empty() && !rest.starts_with("db=")) return error{0, "must have no parameter but db"};
    number = rest.empty() ? rest : rest.substr(3);
  } else {
    if (!take_user(rest, read)) return error{0, "must have user and password percent-encoded"};
    auto places = take_until(rest, '/');
    do {
      const auto place = read_place(take_until(places, ','), found->port);
      if (!place) return error{0, "must name a host, and a port from 1 to 65535 behind a colon"};
      read.at.push_back(*place);
    } while (!places.empty());
    if (read.is != kind::sentinel && read.at.size() > 1)
      return error{0, "must name one host; only redis+sentinel:// has several"};
    if (read.is == kind::sentinel) {
      read.master = take_until(rest, '/');
      if (read.master.empty()) return error{0, "must name the server that Sentinels know, behind a slash"};
    }
    number = rest;
  }
  if (number.empty()) return read;
  const auto database = whole_number<std::int64_t>(number);
  if (!database || *database > 1'000'000)
    return error{0, "must end with the number of a database, or with none"};
  read.database = *database;
  return read;
}

std::string redis_url::shown() const {
  const auto* of =
      std::find_if(schemes.begin(), schemes.end(), [this](const scheme& one) { return one.is == is; });
  std::string text(of->begins);
  for (const auto& one : at) {
    if (&one != at.data()) text += ',';
    const bool is_v6 = one.host.find(':') != std::string::npos;
    text += (is_v6 ? '[' + one.host + ']' : one.host) + ':' + one.port;
  }
  text += path;
  if (!master.empty()) text += '/' + master;
  if (database != 0) text += (path.empty() ? "/" : "?db=") + std::to_string(database);
  return text;
}

}  // namespace longpolld
