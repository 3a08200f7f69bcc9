#include "longpolld/http/read/request_guard.hpp"

#include "longpolld/words/ascii.hpp"

#include <algorithm>
#include <cctype>

namespace longpolld {
namespace {

constexpr std::size_t skipped_max = 4;  // two empty lines

bool is_token_char(char c) {
  const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool is_target_char(char c) { return c > 0x20 && c < 0x7f && c != '#'; }

/// Looks at every character, good or bad, which the compiler does many at a time.
template <class Test>
bool all(std::string_view text, Test test) {
  unsigned bad = 0;
  for (const char c : text) bad |= test(c) ? 0U : 1U;
  return bad == 0;
}

bool is_absolute(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.starts_with(scheme)) return target.size() > scheme.size() && target[scheme.size()] != '/';
  }
  return false;
}

error too_long_line(const config& limits) {
  return beyond(414, "the request line must not be longer than", &config::max_request_line_bytes, limits);
}

error too_long_head(const config& limits) {
  return beyond(431, "the header must not be longer than", &config::max_header_bytes, limits);
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

outcome<std::optional<std::size_t>> request_guard::look(std::string_view bytes, const config& limits) {
  if (!has_request_line_) {
    while (skipped_ < skipped_max && bytes.substr(skipped_).starts_with("\r\n")) skipped_ += 2;
    line_begin_ = skipped_;
  }
  const auto head_max = static_cast<std::size_t>(limits.max_header_bytes);
  for (;;) {
    const auto rest = bytes.substr(line_begin_);
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) {
      if (auto refused = partial(rest, limits)) return std::move(*refused);
      return std::optional<std::size_t>{};
    }
    if (end == 0 || rest[end - 1] != '\r') return error{400, "lines must end in CR LF"};
    const auto line = rest.substr(0, end - 1);
    const bool is_first = !has_request_line_;
    if (is_first && line.size() > static_cast<std::size_t>(limits.max_request_line_bytes)) {
      return too_long_line(limits);
    }
    line_begin_ += end + 1;
    if (line_begin_ - skipped_ > head_max) return too_long_head(limits);
    if (line.empty() && !is_first) return std::optional<std::size_t>(line_begin_);
    if (auto refused = is_first ? request_line(line) : field_line(line)) return std::move(*refused);
    has_request_line_ = true;
    if (fields_ > limits.max_header_fields) {
      return beyond(431, "there must not be more header fields than", &config::max_header_fields, limits);
    }
  }
}

std::optional<error> request_guard::partial(std::string_view line, const config& limits) const {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (std::any_of(line.begin(), line.end(), ascii::is_control)) {
    return error{400, "the header must not contain control characters"};
  }
  if (!has_request_line_) {
    const auto method = line.substr(0, line.find(' '));
    if (!line.empty() && !is_token(method)) return error{400, "the method must be a token"};
    if (line.size() > static_cast<std::size_t>(limits.max_request_line_bytes)) return too_long_line(limits);
  }
  if (line_begin_ - skipped_ + line.size() > static_cast<std::size_t>(limits.max_header_bytes)) {
    return too_long_head(limits);
  }
  return std::nullopt;
}

std::optional<error> request_guard::request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  const auto method = line.substr(0, first);
  if (!is_token(method)) return error{400, "the method must be a token"};
  if (first == last) return error{400, "the request line must be: method, target, HTTP version"};
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (target.empty() || !all(target, is_target_char)) {
    return error{400, "the target must be of printable ASCII without space or #"};
  }
  const bool any_form = method == "CONNECT" || (method == "OPTIONS" && target == "*");
  if (!target.starts_with('/') && !is_absolute(target) && !any_form) {
    return error{400, "the target must begin with / or http://"};
  }
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                          std::isdigit(static_cast<unsigned char>(version[5])) != 0 &&
                          std::isdigit(static_cast<unsigned char>(version[7])) != 0;
  if (is_version) return error{505, "the HTTP version must be 1.1 or 1.0"};
  return error{400, "the request line must end in HTTP/1.1"};
}

std::optional<error> request_guard::field_line(std::string_view line) {
  ++fields_;
  if (line.front() == ' ' || line.front() == '\t') {
    return error{400, "a header field must not be folded over lines"};
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return error{400, "a header field must have a colon"};
  if (!is_token(line.substr(0, colon))) return error{400, "a header field's name must be a token"};
  const auto value = line.substr(colon + 1);
  if (std::any_of(value.begin(), value.end(), ascii::is_control)) {
    return error{400, "a header field must not contain control characters"};
  }
  return std::nullopt;
}

}  // namespace longpolld
