#pragma once

#include <string>
#include <string_view>

namespace longpolld {

/// Walks JSON that is known to be valid, so it only has to find where values end: it yields the bytes as they
/// came, where a parser would yield what they mean.
class json_walker {
 public:
  explicit json_walker(std::string_view text) : text_(text) { skip_space(); }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// Steps over one character if it is `c`.
  bool eat(char c) {
    if (peek() != c) return false;
    ++at_;
    skip_space();
    return true;
  }

  /// The bytes of the value here; steps behind it.
  std::string_view value() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
      if (peek() == '"') {
        skip_string();
      } else if (peek() == '{' || peek() == '[') {
        ++depth, ++at_;
      } else if (peek() == '}' || peek() == ']') {
        --depth, ++at_;
      } else if (depth > 0) {
        ++at_;
      } else {
        while (at_ < text_.size() && !is_space(text_[at_]) && !is_end(text_[at_])) ++at_;
      }
    } while (depth > 0);
    const auto found = text_.substr(begin, at_ - begin);
    skip_space();
    return found;
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static bool is_end(char c) { return c == ',' || c == ']' || c == '}'; }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  void skip_string() {
    const std::size_t end = text_.find('"', at_ + 1);
    if (text_[end - 1] != '\\') {
      at_ = end + 1;
      return;
    }
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// What a JSON string, with its quotes and known to be valid, means; half of a surrogate pair means U+FFFD.
[[nodiscard]] std::string json_text(std::string_view json_string);

/// Whether some string has half of a surrogate pair as an escape (`"\ud83d"`), which is what browsers make of
/// text that was cut inside a character. RFC 8259 section 8.2 lets it pass, Boost.JSON does not.
[[nodiscard]] bool has_lone_surrogate(std::string_view json);

/// `json` with the escape of U+FFFD, which is as long, in place of each of these: otherwise as valid or
/// invalid as before, at the same places.
[[nodiscard]] std::string without_lone_surrogates(std::string_view json);

}  // namespace longpolld
