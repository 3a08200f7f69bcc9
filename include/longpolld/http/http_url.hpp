#pragma once

#include "longpolld/words/error.hpp"

#include <string>
#include <string_view>

namespace longpolld {

/// Where another server is: `http://host:port/path?query` or `https://…`.
struct http_url {
  std::string host;  ///< a name or an address, of IPv6 without brackets
  std::string port = "80";
  std::string target = "/";  ///< path and query, as they were written
  bool is_https = false;

  /// Neither a user name nor a fragment may be in it. The error's text begins with "is" or "must", and does
  /// not repeat what may hold a secret.
  [[nodiscard]] static outcome<http_url> parse(std::string_view text);

  /// `host:port` as Host has it.
  [[nodiscard]] std::string authority() const;
  /// `http://host:port`, fit for the log: secrets that are part of an URL stand behind it.
  [[nodiscard]] std::string origin() const;

  friend bool operator==(const http_url&, const http_url&) = default;
};

}  // namespace longpolld
