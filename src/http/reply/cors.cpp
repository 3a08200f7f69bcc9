#include "longpolld/http/reply/cors.hpp"

#include "longpolld/words/ascii.hpp"

#include <algorithm>

namespace longpolld {
namespace {

constexpr std::string_view any_fields =
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: Retry-After, Idempotent-Replayed\r\n";

/// The value of the field line that this is, if its name is `name`.
std::optional<std::string_view> value_of(std::string_view line, std::string_view name) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !ascii::same(line.substr(0, colon), name)) return std::nullopt;
  return ascii::trimmed(line.substr(colon + 1));
}

/// The Origin among the lines that are complete, when there is one and one only; else nothing.
std::string_view origin_in(std::string_view bytes) {
  std::string_view found;
  for (auto end = bytes.find("\r\n"); end != std::string_view::npos; end = bytes.find("\r\n")) {
    const auto line = bytes.substr(0, end);
    if (line.empty()) break;  // what follows is no header
    bytes.remove_prefix(end + 2);
    const auto value = value_of(line, "Origin");
    if (!value) continue;
    if (!found.empty()) return {};
    found = *value;
  }
  return found;
}

/// Of pages of the web: an authority as browsers write it.
bool is_web_host(std::string_view text) {
  const auto good = [](char c) {
    return (ascii::is_letter(c) && c == ascii::lower(c)) || ascii::is_digit(c) ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), good);
}

/// Of pages that an app or an extension brings along: scheme, `://` and a name.
bool is_app_origin(std::string_view text) {
  const auto in_scheme = [](char c) {
    return ascii::is_letter(c) || ascii::is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  const auto in_name = [](char c) {
    return ascii::is_letter(c) || ascii::is_digit(c) ||
           std::string_view("-._~:[]").find(c) != std::string_view::npos;
  };
  const auto scheme = text.substr(0, text.find("://"));
  if (scheme.empty() || scheme.size() == text.size() || !ascii::is_letter(scheme.front())) return false;
  const auto name = text.substr(scheme.size() + 3);
  for (const std::string_view no_page : {"http", "https", "ftp", "ws", "wss", "file"}) {
    if (scheme == no_page) return false;
  }
  const bool is_lower =
      std::all_of(scheme.begin(), scheme.end(), [](char c) { return c == ascii::lower(c); });
  return is_lower && std::all_of(scheme.begin(), scheme.end(), in_scheme) && !name.empty() &&
         std::all_of(name.begin(), name.end(), in_name);
}

}  // namespace

std::int16_t cors::find(const request& from) const { return find(from.origin); }

std::int16_t cors::find(std::string_view origin) const {
  if (origin.empty()) return -1;
  if (any()) return 0;
  const auto found = std::find(allowed_.begin(), allowed_.end(), origin);
  return found == allowed_.end() ? std::int16_t{-1} : static_cast<std::int16_t>(found - allowed_.begin());
}

bool cors::is_foreign(const request& from) const { return !any() && find(from) < 0 && is_cross_origin(from); }

bool cors::is_cross_origin(const request& from) {
  // The browser's own word: it knows, whatever a proxy has made of the Host.
  if (from.fetch_site == request::site::same_origin) return false;
  // An <img> or a link sends no Origin.
  if (from.origin.empty()) return from.fetch_site == request::site::foreign;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (from.origin.starts_with(scheme) && from.origin.substr(scheme.size()) == from.host) return false;
  }
  return true;
}

reply_form cors::form_of_refused(std::string_view bytes) const {
  while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  reply_form made;
  made.without_body = bytes.starts_with("HEAD ");
  made.origin = any() ? std::int16_t{0} : find(origin_in(bytes));
  return made;
}

std::string_view cors::fields_for_all() const { return any() ? any_fields : std::string_view{}; }

std::string cors::fields(std::int16_t origin, bool for_others) const {
  if (allowed_.empty() || origin == reply_form::no_cors) return {};
  if (any()) return std::string(origin < 0 && !for_others ? std::string_view{} : any_fields);
  if (origin < 0) return "Vary: Origin\r\n";
  return "Access-Control-Allow-Origin: " + allowed_[static_cast<std::size_t>(origin)] +
         "\r\nVary: Origin\r\nAccess-Control-Expose-Headers: Retry-After, Idempotent-Replayed\r\n" +
         (with_cookies_ ? "Access-Control-Allow-Credentials: true\r\n" : "");
}

reply cors::preflight(std::int16_t origin, std::string_view methods) const {
  reply made;
  made.status = 204;
  if (origin >= 0) {
    made.extra =
        "Access-Control-Allow-Methods: " + std::string(methods) +
        "\r\nAccess-Control-Allow-Headers: Content-Type, Authorization, Idempotency-Key, Last-Event-ID"
        "\r\nAccess-Control-Max-Age: 7200\r\n";
  }
  return made;
}

std::optional<std::string> cors::fault(std::string_view origin) {
  if (origin == "*" || origin == "null" || is_app_origin(origin)) return std::nullopt;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme) && is_web_host(origin.substr(scheme.size()))) return std::nullopt;
  }
  return '"' + std::string(origin) +
         "\" is not an origin; allowed is *, null, or scheme and host as browsers send them: "
         "https://example.org, app://name";
}

}  // namespace longpolld
