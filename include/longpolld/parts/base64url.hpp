#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// RFC 4648 section 5, without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);

/// Nothing when it is anything but what to_base64url() makes: padding, white space, other alphabets, bits
/// that are not 0 behind the last byte.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace longpolld
