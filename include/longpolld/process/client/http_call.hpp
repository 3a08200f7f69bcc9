#pragma once

#include "longpolld/words/error.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace longpolld {

/// Where a server is: `http://host:port/path` or `https://…`. `/events` and `/publish` lie below the path.
struct server_url {
  std::string host;
  std::string port = "80";
  std::string path{};      ///< without a slash at its end
  bool is_https = false;   ///< its certificate must be for `host` and signed by whom the system trusts,
  std::string ca{};        ///< or by one of this file, if any,
  bool is_anyone = false;  ///< or may be anyone's

  /// The error's text is meant for the user.
  [[nodiscard]] static outcome<server_url> parse(std::string_view text);
};

struct http_answer {
  int status = 0;  ///< 0 when there was none
  std::string body;
  int retry_after_seconds = 0;    ///< 0 when it did not say, at most retry_after_seconds_max
  std::string problem;            ///< why there was none
  bool was_sent = false;          ///< all of the request, so that a server may have acted on it
  bool has_shaken_hands = false;  ///< the other end of TLS is there
  bool is_too_large = false;      ///< there was none because of reply_bytes_max
};

/// A field of a request's header.
struct http_field {
  std::string name;
  std::string value;

  /// Reads `Name: value`. An error, whose text is meant for the user, is also a field that each call sets
  /// itself: Content-Length, Transfer-Encoding and Connection.
  [[nodiscard]] static outcome<http_field> parse(std::string_view text);
  /// Authorization by name and password, from `name:password` (RFC 7617).
  [[nodiscard]] static outcome<http_field> basic(std::string_view name_and_password);
  /// Authorization by a token (RFC 6750).
  [[nodiscard]] static outcome<http_field> bearer(std::string_view token);
};

/// What is believed of a Retry-After: no limit of a server's lasts longer than a few minutes.
inline constexpr int retry_after_seconds_max = 300;

/// One request over a connection of its own: a POST if it has a body, else a GET. Blocks until the reply, a
/// failure, or the end of `patience`. Whatever the server does, the call takes no longer than `patience` and
/// reads no body larger than `reply_bytes_max`. `fields` replace those of the same name that it would
/// send itself.
[[nodiscard]] http_answer http_call(const server_url& to, const std::string& target, const std::string& body,
                                    std::chrono::steady_clock::duration patience, std::size_t reply_bytes_max,
                                    std::span<const http_field> fields = {});

/// Encoded for a query: all but unreserved characters (RFC 3986 section 2.3).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace longpolld
