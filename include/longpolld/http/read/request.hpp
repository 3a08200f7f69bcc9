#pragma once

#include "longpolld/words/config.hpp"
#include "longpolld/words/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace longpolld {

/// The head of one request, parsed and judged: what the rest of the server needs, and no more. All views
/// point into the parser and are valid until its next call.
struct request {
  enum class verb : std::uint8_t { get, head, post, options, erase, other, unknown };  ///< erase: DELETE
  enum class framing : std::uint8_t { none, length, chunked };
  /// Where a browser says that the page is from which asks (Sec-Fetch-Site, which no page can set).
  enum class site : std::uint8_t { unsaid, same_origin, foreign };

  verb method = verb::other;
  std::string_view path;   ///< as it came, not decoded
  std::string_view query;  ///< behind the `?`, as it came
  std::string_view
      host;  ///< of the target if that is absolute (RFC 9112 section 3.2.2), else of the Host field
  std::string_view origin;
  std::string_view requested_method;              ///< of a preflight: Access-Control-Request-Method
  std::optional<std::string_view> forwarded_for;  ///< X-Forwarded-For, all of its fields joined by commas
  /// Whether a field besides X-Forwarded-For says that a proxy passed it on: Forwarded, Via, X-Real-IP,
  /// X-Forwarded-Host, CF-Connecting-IP and the like.
  bool names_proxy = false;
  site fetch_site = site::unsaid;
  std::optional<std::string_view> authorization;
  std::string_view fields;        ///< all field lines as they came, each with its CR LF
  std::string_view cookie;        ///< all Cookie fields joined by semicolons
  std::string_view content_type;  ///< empty when it is repeated
  std::string_view accept_encoding;
  std::string_view if_none_match;
  std::optional<std::string_view> idempotency_key;  ///< empty when it is repeated
  framing body = framing::none;
  std::uint64_t content_bytes = 0;  ///< of framing::length
  bool has_content_coding = false;
  bool expects_continue = false;
  bool keep_alive = false;
  bool is_http_1_0 = false;

  [[nodiscard]] bool has_empty_body() const { return body == framing::length && content_bytes == 0; }
};

/// Parses heads that request_guard has found complete, with Beast, and refuses what Beast 1.81 accepts and
/// must not: a missing, doubled or senseless Host, every Transfer-Encoding but exactly one `chunked` on
/// HTTP/1.1 without Content-Length, repeated Content-Length, unknown expectations, two Origins, two
/// Authorizations. One thread; it keeps its memory from head to head.
class request_parser {
 public:
  request_parser();
  request_parser(request_parser&&) noexcept;
  ~request_parser();

  /// The request is valid until the next call.
  [[nodiscard]] outcome<request> parse(std::string_view head);

  /// A head that `bytes` begin with, without judging its fields again: when they are byte for byte those of
  /// one that was accepted before. Nothing when they are not, or anything else is unusual: then request_guard
  /// and parse() decide.
  struct known_head {
    request read;
    std::size_t bytes = 0;
  };
  [[nodiscard]] std::optional<known_head> recall(std::string_view bytes, const config& limits);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace longpolld
