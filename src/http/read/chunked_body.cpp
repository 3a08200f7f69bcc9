#include "longpolld/http/read/chunked_body.hpp"

#include "longpolld/http/read/request_guard.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace longpolld {
namespace {

void skip_blank(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// Takes a token or a quoted string off the front of `text`.
bool take_value(std::string_view& text) {
  if (!text.starts_with('"')) {
    const auto end = std::min(text.find_first_of(" \t;="), text.size());
    const bool good = is_token(text.substr(0, end));
    text.remove_prefix(end);
    return good;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS value ] ), RFC 9112 section 7.1.1
bool is_extension(std::string_view text) {
  while (!text.empty()) {
    skip_blank(text);
    if (!text.starts_with(';')) return false;
    text.remove_prefix(1);
    skip_blank(text);
    if (text.starts_with('"') || !take_value(text)) return false;
    auto value = text;
    skip_blank(value);
    if (!value.starts_with('=')) continue;
    value.remove_prefix(1);
    skip_blank(value);
    if (!take_value(value)) return false;
    text = value;
  }
  return true;
}

constexpr std::size_t size_digits_max = 16;

/// Whether an unfinished line may still become a size line.
bool may_become_size(std::string_view line) {
  const auto digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
  if (digits > size_digits_max) return false;
  if (digits == line.size()) return true;
  if (digits == 0) return false;
  line.remove_prefix(digits);
  if (line == "\r") return true;
  skip_blank(line);
  return line.empty() || line.starts_with(';');
}

}  // namespace

/// Moves one line into `line_`, complete when it is whole.
outcome<chunked_body::progress> chunked_body::take_line(std::string_view& bytes, std::size_t limit,
                                                        const char* what) {
  const auto end = bytes.find('\n');
  line_.append(bytes.substr(0, std::min({end, bytes.size(), limit + 2})));
  const bool whole = end != std::string_view::npos;
  bytes.remove_prefix(whole ? end + 1 : bytes.size());
  const bool ends_in_cr = line_.ends_with('\r');
  if (ends_in_cr && whole) line_.pop_back();
  if (line_.size() > limit + 1) return error{400, std::string(what) + " is too long"};
  if (whole && !ends_in_cr) return error{400, std::string(what) + " must end in CR LF"};
  const auto checked = std::string_view(line_).substr(0, line_.size() - (ends_in_cr && !whole ? 1 : 0));
  if (std::any_of(checked.begin(), checked.end(), ascii::is_control)) {
    return error{400, std::string(what) + " must not contain control characters"};
  }
  return whole ? progress::complete : progress::more;
}

std::optional<error> chunked_body::take_size(std::size_t body_max) {
  const auto digits = std::min(line_.find_first_not_of("0123456789abcdefABCDEF"), line_.size());
  const auto [end, failed] = std::from_chars(line_.data(), line_.data() + digits, left_, 16);
  if (digits == 0 || digits > size_digits_max || failed != std::errc{} ||
      !is_extension(std::string_view(line_).substr(digits))) {
    return error{400, "a chunk must begin with its size in hexadecimal digits"};
  }
  if (left_ > body_max || body_bytes_ + left_ > body_max) {
    return beyond(413, "the body must not be larger than", &config::max_body_bytes,
                  static_cast<std::int64_t>(body_max));
  }
  return std::nullopt;
}

std::optional<error> chunked_body::check_trailer() const {
  const auto colon = line_.find(':');
  if (colon != std::string::npos && is_token(std::string_view(line_).substr(0, colon))) return std::nullopt;
  return error{400, "a trailer field must have a name and a colon"};
}

outcome<chunked_body::progress> chunked_body::feed(std::string_view& bytes, std::string& body,
                                                   std::size_t body_max) {
  while (!bytes.empty()) {
    if (stage_ == stage::data) {
      const auto part =
          bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
      body.append(part);
      bytes.remove_prefix(part.size());
      left_ -= part.size();
      body_bytes_ += part.size();
      if (left_ == 0) stage_ = stage::data_end;
    } else if (stage_ == stage::data_end) {
      line_ += bytes.front();
      bytes.remove_prefix(1);
      if (line_ != std::string_view("\r\n").substr(0, line_.size())) {
        return error{400, "a chunk must end in CR LF after its size"};
      }
      if (line_.size() < 2) continue;
      line_.clear();
      stage_ = stage::size;
    } else if (stage_ == stage::size) {
      auto line = take_line(bytes, extension_bytes_max, "a chunk's size line");
      if (!line) return line;
      if (*line == progress::more && !may_become_size(line_)) {
        return error{400, "a chunk must begin with its size in hexadecimal digits"};
      }
      if (*line == progress::more) return progress::more;
      if (auto refused = take_size(body_max)) return std::move(*refused);
      line_.clear();
      stage_ = left_ == 0 ? stage::trailer : stage::data;
    } else {
      auto line = take_line(bytes, trailer_bytes_max - trailer_bytes_, "the trailer");
      if (!line) return line;
      if (*line == progress::more) return progress::more;
      if (line_.empty()) return progress::complete;
      if (auto refused = check_trailer()) return std::move(*refused);
      trailer_bytes_ = std::min(trailer_bytes_max, trailer_bytes_ + line_.size() + 2);
      line_.clear();
    }
  }
  return progress::more;
}

}  // namespace longpolld
