#pragma once

#include "longpolld/http/read/request.hpp"
#include "longpolld/http/reply/reply.hpp"
#include "longpolld/words/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// Which other origins' pages may read replies and publish (the Fetch standard's CORS protocol). Never with
/// credentials.
class cors {
 public:
  explicit cors(const config& of) : allowed_(of.cors_allow_origins) {}

  /// The index of the allowed origin the request names (exactly, or through `*`); -1 for none.
  [[nodiscard]] std::int16_t find(const request& from) const;

  /// Whether a page of another origin that is not allowed sends this, as far as its browser says. Its
  /// requests are refused where they would change something, whatever their Content-Type.
  [[nodiscard]] bool is_foreign(const request& from) const;

  /// Fills in what a reply to a request that was refused before it was parsed needs to know of it, from
  /// `bytes`, all that was read of it: a HEAD gets no body, and the one Origin that stands there whole is
  /// compared.
  [[nodiscard]] reply_form form_of_refused(std::string_view bytes) const;

  /// Field lines that every reply may carry, whoever asked: none unless every origin is allowed.
  [[nodiscard]] std::string_view fields_for_all() const;

  /// Field lines for replies to this origin.
  [[nodiscard]] std::string fields(std::int16_t origin) const;

  /// The reply to a preflight of a page that wants to use `methods`.
  [[nodiscard]] reply preflight(std::int16_t origin, std::string_view methods) const;

  /// What is wrong with an entry of cors_allow_origins, or nothing.
  static std::optional<std::string> fault(std::string_view origin);

 private:
  [[nodiscard]] bool any() const { return !allowed_.empty() && allowed_.front() == "*"; }
  [[nodiscard]] std::int16_t find(std::string_view origin) const;

  const config::list& allowed_;
};

}  // namespace longpolld
