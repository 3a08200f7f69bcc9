#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

using sha256_digest = std::array<unsigned char, 32>;

/// Any thread.
[[nodiscard]] sha256_digest sha256(std::string_view text);

/// Takes the same time wherever they differ, so that nobody finds a digest byte by byte.
[[nodiscard]] bool same_digest(const sha256_digest& a, const sha256_digest& b);

/// Reads 64 hexadecimal digits, of either case; nothing when it is anything else.
[[nodiscard]] std::optional<sha256_digest> digest_from_hex(std::string_view text);

/// 64 hexadecimal digits, in lower case.
[[nodiscard]] std::string to_hex(const sha256_digest& digest);

}  // namespace longpolld
