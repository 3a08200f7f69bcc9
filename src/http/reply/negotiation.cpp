#include "longpolld/http/reply/negotiation.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace longpolld {
namespace {

std::string_view trim(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

bool is_same(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

/// Of `;q=0.5` or nothing: whether the weight is above nought.
bool is_wanted(std::string_view parameters) {
  const auto equals = parameters.find('=');
  if (equals == std::string_view::npos) return true;
  return trim(parameters.substr(equals + 1)).find_first_of("123456789") != std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto end = std::min(accept_encoding.find(','), accept_encoding.size());
    const auto one = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    const auto semicolon = std::min(one.find(';'), one.size());
    const auto coding = trim(one.substr(0, semicolon));
    if (is_same(coding, "gzip") || is_same(coding, "x-gzip")) return is_wanted(one.substr(semicolon));
    if (coding == "*") any = is_wanted(one.substr(semicolon));
  }
  return any;
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  // No tag has a quote inside, so a quoted text is found where it is a whole tag and nowhere else.
  return trim(if_none_match) == "*" || if_none_match.find(tag) != std::string_view::npos;
}

}  // namespace longpolld
