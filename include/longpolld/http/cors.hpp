#pragma once

#include "longpolld/http/request.hpp"
#include "longpolld/http/response.hpp"
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

  /// Whether a page of another origin that is not allowed sends this. Its requests are refused where they
  /// would change something, whatever their Content-Type.
  [[nodiscard]] bool is_foreign(const request& from) const;

  /// Field lines for replies to this origin.
  [[nodiscard]] std::string fields(std::int16_t origin) const;

  /// The reply to a preflight of a page that wants to use `methods`.
  [[nodiscard]] response preflight(std::int16_t origin, std::string_view methods) const;

  /// What is wrong with an entry of cors_allow_origins, or nothing.
  static std::optional<std::string> fault(std::string_view origin);

 private:
  const config::list& allowed_;
};

}  // namespace longpolld
