#pragma once

#include "longpolld/http/read/request.hpp"
#include "longpolld/words/config.hpp"
#include "longpolld/words/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// What a request shows to prove who sends it: a secret or a token, or a key's name and secret.
struct credentials {
  enum class place : std::uint8_t { authorization, cookie, query };

  std::optional<std::string> user;  ///< of Basic: a key's name
  std::string secret;               ///< empty for what cannot be read, which is wrong
  place where = place::authorization;
};

/// Finds the first that is there: the Authorization field (Bearer or Basic, the scheme in any case), the
/// cookie named by token_cookie, the query parameter `token` where token_in_query is set. `is_foreign`: a
/// page of an origin that is not allowed sends it, so that its cookies do not count: the browser adds them
/// whether the user wants it or not. Nothing when there are none; an error where they contradict each other.
[[nodiscard]] outcome<std::optional<credentials>> find_credentials(const request& asked, const config& of,
                                                                   bool is_foreign);

/// The value of the first cookie of that name in a Cookie field (RFC 6265 section 5.4), without quotes;
/// nothing when there is none.
[[nodiscard]] std::optional<std::string_view> find_cookie(std::string_view field, std::string_view name);

}  // namespace longpolld
