#include "longpolld/parts/category_pattern.hpp"

#include "longpolld/parts/category.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace longpolld {

/// Reads one pattern, character by character.
class pattern_reader {
 public:
  pattern_reader(std::string_view text, category_pattern::claims may_have)
      : rest_(text), may_have_claims_(may_have == category_pattern::claims::allowed) {}

  outcome<category_pattern> read() {
    if (rest_.empty()) return error{400, "column 1: a pattern must not be empty"};
    if (rest_.size() > pattern_bytes_max) {
      return error{400, "column 1: a pattern must not be longer than 2048 bytes"};
    }
    while (!rest_.empty()) {
      if (auto wrong = step()) {
        return error{400, "column " + std::to_string(column_) + ": " + std::move(*wrong)};
      }
    }
    if (literal_bytes_ > category_bytes_max) {
      return error{400, "column 1: no category is longer than 1024 bytes, so this pattern matches none"};
    }
    return std::move(made_);
  }

 private:
  using fault = std::optional<std::string>;

  fault step() {
    const auto point = utf8::next(rest_);
    if (!point) return "a pattern must be valid UTF-8";
    if (utf8::is_control(point->code)) return "no category has control characters";
    if (utf8::is_invisible(point->code)) return "no category has invisible or direction-changing characters";
    switch (rest_.front()) {
      case '*':
        return star();
      case '\\':
        return escape();
      case '{':
        return may_have_claims_ ? claim() : literal(1);
      case '}':
        return may_have_claims_ ? fault("} without {; write \\} for the character") : literal(1);
      default:
        return literal(point->bytes);
    }
  }

  fault star() {
    const bool is_first = made_.between_stars_.size() == 1 || !made_.between_stars_.back().empty();
    if (is_first) {
      if (made_.between_stars_.size() > pattern_stars_max)
        return "a pattern must not have more than 64 stars";
      made_.between_stars_.emplace_back();
    }
    pass(1);
    return std::nullopt;
  }

  fault escape() {
    if (rest_.size() < 2 || std::string_view("*\\{}").find(rest_[1]) == std::string_view::npos) {
      return "\\ must stand before *, \\, { or }";
    }
    rest_.remove_prefix(1);
    ++column_;
    return literal(1);
  }

  fault claim() {
    const auto end = rest_.find_first_of("{}", 1);
    if (end == std::string_view::npos || rest_[end] == '{') return "{ without }; write \\{ for the character";
    const auto name = rest_.substr(1, end - 1);
    if (name.empty()) return "{} names no claim";
    if (!utf8::is_valid(name)) return "a claim's name must be valid UTF-8";
    made_.between_stars_.back().push_back({true, std::string(name)});
    // Continuation bytes of UTF-8 are no columns of their own.
    column_ += static_cast<std::size_t>(std::count_if(rest_.begin(), rest_.begin() + end, [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
    rest_.remove_prefix(end);
    pass(1);
    return std::nullopt;
  }

  fault literal(std::size_t bytes) {
    auto& pieces = made_.between_stars_.back();
    if (pieces.empty() || pieces.back().is_claim) pieces.emplace_back();
    pieces.back().text += rest_.substr(0, bytes);
    literal_bytes_ += bytes;
    pass(bytes);
    return std::nullopt;
  }

  void pass(std::size_t bytes) {
    rest_.remove_prefix(bytes);
    ++column_;
  }

  std::string_view rest_;
  bool may_have_claims_;
  category_pattern made_;
  std::size_t column_ = 1;
  std::size_t literal_bytes_ = 0;
};

outcome<category_pattern> category_pattern::parse(std::string_view text, claims may_have) {
  return pattern_reader(text, may_have).read();
}

bool category_pattern::has_claims() const {
  return std::any_of(between_stars_.begin(), between_stars_.end(), [](const auto& pieces) {
    return std::any_of(pieces.begin(), pieces.end(), [](const piece& one) { return one.is_claim; });
  });
}

bool category_pattern::matches(std::string_view category) const {
  assert(!has_claims());
  const auto text_of = [](const std::vector<piece>& pieces) {
    return pieces.empty() ? std::string_view() : std::string_view(pieces.front().text);
  };
  const auto first = text_of(between_stars_.front()), last = text_of(between_stars_.back());
  if (between_stars_.size() == 1) return category == first;
  if (category.size() < first.size() + last.size()) return false;
  if (!category.starts_with(first) || !category.ends_with(last)) return false;
  category.remove_prefix(first.size());
  category.remove_suffix(last.size());
  // The first place where the next text fits leaves the most for those behind it: none is tried twice.
  for (std::size_t i = 1; i + 1 < between_stars_.size(); ++i) {
    const auto next = text_of(between_stars_[i]);
    // memmem, since string_view::find takes quadratic time for "aaab" in "aaaa…".
    const auto* found = ::memmem(category.data(), category.size(), next.data(), next.size());
    if (!found) return false;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - category.data());
    category.remove_prefix(at + next.size());
  }
  return true;
}

std::optional<category_pattern> category_pattern::bound(const claim_values& of) const {
  category_pattern made;
  made.between_stars_.clear();
  std::size_t bytes = 0;
  for (const auto& pieces : between_stars_) {
    std::string text;
    for (const auto& one : pieces) {
      const auto found = one.is_claim ? of.find(one.text) : of.end();
      if (one.is_claim && (found == of.end() || found->second.empty())) return std::nullopt;
      const std::string& more = one.is_claim ? found->second : one.text;
      bytes += more.size();
      if (bytes > category_bytes_max) return std::nullopt;
      text += more;
    }
    auto& filled = made.between_stars_.emplace_back();
    if (!text.empty()) filled.push_back({false, std::move(text)});
  }
  return made;
}

bool any_matches(std::span<const category_pattern> patterns, std::string_view category) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const category_pattern& one) { return one.matches(category); });
}

}  // namespace longpolld
