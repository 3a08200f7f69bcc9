#include "longpolld/http/cors.hpp"

#include <algorithm>

namespace longpolld {

std::int16_t cors::find(const request& from) const {
  if (from.origin.empty()) return -1;
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    if (allowed_[i] == "*" || allowed_[i] == from.origin) return static_cast<std::int16_t>(i);
  }
  return -1;
}

bool cors::is_foreign(const request& from) const {
  if (from.origin.empty() || find(from) >= 0) return false;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (from.origin.starts_with(scheme) && from.origin.substr(scheme.size()) == from.host) return false;
  }
  return true;
}

std::string cors::fields(std::int16_t origin) const {
  if (allowed_.empty()) return {};
  const bool any = allowed_.front() == "*";
  if (origin < 0) return any ? "" : "Vary: Origin\r\n";
  const auto& name = allowed_[static_cast<std::size_t>(origin)];
  return "Access-Control-Allow-Origin: " + name + (any ? "\r\n" : "\r\nVary: Origin\r\n");
}

response cors::preflight(std::int16_t origin, std::string_view methods) const {
  response made;
  made.status = 204;
  if (origin >= 0) {
    made.extra = "Access-Control-Allow-Methods: " + std::string(methods) +
                 "\r\nAccess-Control-Allow-Headers: Content-Type\r\nAccess-Control-Max-Age: 7200\r\n";
  }
  return made;
}

std::optional<std::string> cors::fault(std::string_view origin) {
  if (origin == "*") return std::nullopt;
  const auto scheme = origin.starts_with("https://") ? 8U : origin.starts_with("http://") ? 7U : 0U;
  const auto host = origin.substr(scheme);
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]").find(c) != std::string::npos;
  };
  if (scheme != 0 && !host.empty() && std::all_of(host.begin(), host.end(), good)) return std::nullopt;
  return "\"" + std::string(origin) +
         "\" is not an origin; allowed is * or scheme and host as browsers send them: https://example.org";
}

}  // namespace longpolld
