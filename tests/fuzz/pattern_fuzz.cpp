// A pattern matches what a plain table of all beginnings says, bound to claims what the pattern matches that
// has their values written out. The input: a pattern, a line end, a category, a line end, the claim "c".
#include "longpolld/parts/category.hpp"
#include "longpolld/parts/category_pattern.hpp"

#include "fuzz/fuzz.hpp"

#include <string>
#include <vector>

using namespace longpolld;

namespace {

std::string_view next_line(std::string_view& from) {
  const auto end = std::min(from.find('\n'), from.size());
  const auto line = from.substr(0, end);
  from.remove_prefix(std::min(end + 1, from.size()));
  return line;
}

/// `matched[i]`: the pattern so far matches the first i bytes. Precondition: it can be parsed, without
/// claims.
bool matches_plainly(std::string_view pattern, std::string_view name) {
  std::vector<bool> matched(name.size() + 1);
  matched[0] = true;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    std::vector<bool> next(name.size() + 1);
    if (pattern[at] == '*') {
      bool any = false;
      for (std::size_t i = 0; i <= name.size(); ++i) next[i] = any = any || matched[i];
    } else {
      if (pattern[at] == '\\') ++at;
      for (std::size_t i = 0; i < name.size(); ++i) next[i + 1] = matched[i] && name[i] == pattern[at];
    }
    matched = next;
  }
  return matched.back();
}

/// With the claim's value in place of each `{c}`; empty when there is another claim.
std::string written_out(std::string_view pattern, std::string_view value) {
  std::string made;
  while (!pattern.empty()) {
    if (pattern.starts_with("{c}")) {
      for (const char c : value)
        made += std::string(std::string_view("*\\{}").find(c) == std::string_view::npos ? "" : "\\") + c;
      pattern.remove_prefix(3);
      continue;
    }
    if (pattern.front() == '{') return {};
    const std::size_t bytes = pattern.front() == '\\' ? 2 : 1;
    made += pattern.substr(0, bytes);
    pattern.remove_prefix(bytes);
  }
  return made;
}

}  // namespace

void longpolld::fuzz::run(std::string_view bytes) {
  const auto pattern = next_line(bytes), name = next_line(bytes), value = next_line(bytes);
  const auto read = category_pattern::parse(pattern);
  if (read) {
    expect(!read->has_claims() && read->bound({}) == *read);
    expect(read->matches(name) == matches_plainly(pattern, name));
  } else {
    expect(read.error().text.starts_with("column "));
  }
  const auto of_issuer = category_pattern::parse(pattern, category_pattern::claims::allowed);
  if (!of_issuer) return expect(of_issuer.error().text.starts_with("column "));
  const auto bound = of_issuer->bound({{"c", std::string(value)}});
  if (!bound) return expect(of_issuer->has_claims() || pattern.size() > category_bytes_max);
  expect(!bound->has_claims());
  const auto plain = written_out(pattern, value);
  if (!plain.empty()) expect(bound->matches(name) == matches_plainly(plain, name));
}
