#include "longpolld/parts/cursor_suffix.hpp"

#include "longpolld/parts/category.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <charconv>

namespace longpolld {
namespace {

constexpr std::string_view suffix_digits = "0123456789abcdef";

}  // namespace

cursor_suffixes::span cursor_suffixes::span_of(std::chrono::milliseconds timeout) {
  assert(timeout >= std::chrono::seconds(1));
  const auto longest = static_cast<std::uint64_t>((timeout - margin).count());
  return static_cast<span>(std::bit_width(longest) - 1);
}

std::uint64_t cursor_suffixes::at(span of, steady_time now) const {
  assert(of >= span_least);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const auto text = std::to_string(of) + ' ' + std::to_string(ms >> of);
  const auto suffix = siphash_1_3({key_, 0x737566666978}, text);
  return suffix == 0 ? 1 : suffix;
}

void append_suffix(std::string& to, std::uint64_t suffix) {
  std::array<char, suffix_chars_max> text{'~'};
  const auto end = std::to_chars(text.data() + 1, text.data() + text.size(), suffix, 16).ptr;
  to.append(text.data(), end);
}

std::string_view without_suffix(std::string_view part) {
  const auto begin = part.find('~');
  if (begin == std::string_view::npos) return part;
  const auto suffix = part.substr(begin + 1);
  const bool is_ours = !suffix.empty() && suffix.size() < suffix_chars_max &&
                       suffix.find_first_not_of(suffix_digits) == std::string_view::npos;
  return is_ours ? part.substr(0, begin) : part;
}

}  // namespace longpolld
