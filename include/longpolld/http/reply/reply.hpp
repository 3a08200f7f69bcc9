#pragma once

#include "longpolld/heart/poll.hpp"
#include "longpolld/words/error.hpp"

#include <string>
#include <string_view>

namespace longpolld {

inline constexpr std::string_view json_type = "application/json; charset=utf-8";
inline constexpr std::string_view no_store = "no-store";

/// A reply before it is bytes. `extra` holds whole field lines, each ending in CR LF, of our own making: what
/// a client sent never becomes part of a header.
struct reply {
  int status = 200;
  std::string text;  ///< the body, empty for none
  body_ptr body;     ///< instead of `text`: one that others send too
  std::string_view type = json_type;
  std::string extra;
  std::string_view cache = no_store;  ///< Cache-Control
  bool for_others = false;            ///< `cache` lets shared caches give it to others
  bool close = false;
  config::limit limit = nullptr;  ///< which refused the request, if any

  [[nodiscard]] std::size_t body_bytes() const { return body ? body->size() : text.size(); }

  /// Lets shared caches keep it as `how` says, which is empty where they must not and outlives the reply.
  void let_caches_keep(std::string_view how) {
    if (how.empty()) return;
    cache = how;
    for_others = true;
  }

  static reply json(std::string text, int status = 200);
  static reply failure(const error& why);
};

/// How a reply differs from connection to connection; kept for a parked poll in a few bytes.
struct reply_form {
  bool close = false;        ///< `Connection: close`
  bool is_http_1_0 = false;  ///< says `Connection: keep-alive` when it is kept
  bool without_body = false;
  std::int16_t origin =
      -1;  ///< index of the allowed origin that asked; -1 for none, no_cors where there is no CORS
  static constexpr std::int16_t no_cors = -2;

  friend bool operator==(const reply_form&, const reply_form&) = default;
};

/// The beginning of a reply's head, which most replies of one second share. `date` is an IMF-fixdate (RFC
/// 9110 section 5.6.7).
void append_head_begin(std::string& to, const reply& of, std::string_view date);
/// The rest of it, with the empty line behind. `cors`: whole field lines or nothing.
void append_head_end(std::string& to, const reply& of, const reply_form& form, std::string_view cors);

/// The date field's value for this unix time in seconds.
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

}  // namespace longpolld
