#pragma once

#include <string_view>

namespace longpolld {

/// Whether an Accept-Encoding allows gzip (RFC 9110 section 12.5.3). An absent one asks for the plain bytes.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Whether an If-None-Match names this tag, weakly or not, or any (RFC 9110 section 13.1.2). `tag` has its
/// quotes.
[[nodiscard]] bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace longpolld
