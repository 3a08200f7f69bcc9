#pragma once

#include "longpolld/http/read/request.hpp"
#include "longpolld/http/reply/reply.hpp"
#include "longpolld/words/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// Which other origins' pages may read replies and publish (the Fetch standard's CORS protocol): with cookies
/// only where they can say who asks: by token_cookie, or to the site's backend.
class cors {
 public:
  cors(const config& of, bool hook_takes_cookies)
      : allowed_(of.cors_allow_origins), with_cookies_(hook_takes_cookies || !of.token_cookie.empty()) {}

  /// The index of the allowed origin the request names (exactly, or through `*`); -1 for none.
  [[nodiscard]] std::int16_t find(const request& from) const;

  /// Whether a page of another origin that is not allowed sends this, as far as its browser says. Its
  /// requests are refused where they would change something, whatever their Content-Type.
  [[nodiscard]] bool is_foreign(const request& from) const;
  /// Whether a page of any other origin sends this, allowed or not.
  [[nodiscard]] static bool is_cross_origin(const request& from);

  /// Fills in what a reply to a request that was refused before it was parsed needs to know of it, from
  /// `bytes`, all that was read of it: a HEAD gets no body, and the one Origin that stands there whole is
  /// compared.
  [[nodiscard]] reply_form form_of_refused(std::string_view bytes) const;

  /// Field lines that every reply may carry, whoever asked: none unless every origin is allowed.
  [[nodiscard]] std::string_view fields_for_all() const;

  /// Field lines for replies to this origin; `for_others`: to whoever else a shared cache gives the same.
  [[nodiscard]] std::string fields(std::int16_t origin, bool for_others = false) const;

  /// The reply to a preflight of a page that wants to use `methods`.
  [[nodiscard]] reply preflight(std::int16_t origin, std::string_view methods) const;

  /// What is wrong with an entry of cors_allow_origins, or nothing.
  static std::optional<std::string> fault(std::string_view origin);

 private:
  [[nodiscard]] bool any() const { return !allowed_.empty() && allowed_.front() == "*"; }
  [[nodiscard]] std::int16_t find(std::string_view origin) const;

  config::list allowed_;
  bool with_cookies_;
};

}  // namespace longpolld
