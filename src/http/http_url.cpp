#include "longpolld/http/http_url.hpp"

#include "longpolld/http/read/host.hpp"

#include <algorithm>

namespace longpolld {

outcome<http_url> http_url::parse(std::string_view text) {
  http_url read;
  read.is_https = text.starts_with("https://");
  if (!read.is_https && !text.starts_with("http://"))
    return error{0, "is not a URL that begins with http:// or https://"};
  if (read.is_https) read.port = "443";
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= 0x7f; }))
    return error{0, "must have neither spaces nor other than ASCII characters in it"};
  if (text.find('#') != std::string_view::npos) return error{0, "must not have a fragment"};
  const auto rest = text.substr(read.is_https ? 8 : 7);
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos) return error{0, "must not have a user name in it"};
  const auto at = parse_host(authority);
  if (!at || authority.ends_with(':'))
    return error{0, "is not a URL of http://host:port or https://host:port"};
  read.host = at->host.starts_with('[') ? at->host.substr(1, at->host.size() - 2) : at->host;
  if (!at->port.empty()) read.port = at->port;
  const auto target = rest.substr(authority.size());
  read.target = target.starts_with('/') ? target : '/' + std::string(target);
  return read;
}

std::string http_url::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? '[' + host + ']' : host) + ':' + port;
}

std::string http_url::origin() const { return (is_https ? "https://" : "http://") + authority(); }

}  // namespace longpolld
