#pragma once

#include "longpolld/words/config.hpp"
#include "longpolld/words/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace longpolld {

/// The head of one request, parsed and judged. What the rest of the server needs, and no more.
struct request {
  enum class verb : std::uint8_t { get, head, post, options, other };
  enum class framing : std::uint8_t { none, length, chunked };

  verb method = verb::other;
  std::string path;   ///< as it came, not decoded
  std::string query;  ///< behind the `?`, as it came
  std::string host;   ///< of the target if that is absolute (RFC 9112 section 3.2.2), else of the Host field
  std::string origin;
  std::string requested_method;  ///< of a preflight: Access-Control-Request-Method
  std::string forwarded_for;     ///< X-Forwarded-For, all of its fields joined by commas
  framing body = framing::none;
  std::uint64_t content_bytes = 0;  ///< of framing::length
  bool has_content_coding = false;
  bool expects_continue = false;
  bool keep_alive = false;
  bool is_http_1_0 = false;
};

/// Parses a head that request_guard has found complete, and refuses what Beast 1.81 accepts and must not:
/// a missing, doubled or senseless Host, every Transfer-Encoding but exactly one `chunked` on HTTP/1.1
/// without Content-Length, repeated Content-Length, unknown expectations, two Origins.
[[nodiscard]] outcome<request> parse_request(std::string_view head);

}  // namespace longpolld
