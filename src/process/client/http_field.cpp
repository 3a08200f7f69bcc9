#include "longpolld/http/read/request_guard.hpp"
#include "longpolld/process/client/http_call.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>

namespace longpolld {
namespace {

/// RFC 4648 section 4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string made;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto some = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8U | (i < some.size() ? static_cast<unsigned char>(some[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      made += i <= some.size() ? letters[bits >> (18 - 6 * i) & 0x3fU] : '=';
  }
  return made;
}

}  // namespace

outcome<http_field> http_field::parse(std::string_view text) {
  const auto wrong = [&](const char* why) { return error{0, '"' + std::string(text) + "\" " + why}; };
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) return wrong("is not a field as Name: value");
  const auto value = ascii::trimmed(text.substr(colon + 1));
  if (std::any_of(value.begin(), value.end(), ascii::is_control)) return wrong("has a control character");
  for (const std::string_view own : {"Content-Length", "Transfer-Encoding", "Connection"}) {
    if (ascii::same(name, own)) return wrong("is a field that each request sets itself");
  }
  return http_field{std::string(name), std::string(value)};
}

outcome<http_field> http_field::basic(std::string_view name_and_password) {
  // Not shown in the error: it may be a password.
  if (name_and_password.find(':') == std::string_view::npos) return error{0, "is not name:password"};
  return http_field{"Authorization", "Basic " + base64(name_and_password)};
}

outcome<http_field> http_field::bearer(std::string_view token) {
  const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
  // Not shown in the error either.
  if (token.empty() || !std::all_of(token.begin(), token.end(), is_visible))
    return error{0, "is not a token: it is empty, or has something other than visible ASCII characters"};
  return http_field{"Authorization", "Bearer " + std::string(token)};
}

}  // namespace longpolld
