#include "longpolld/words/option.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/config.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>

namespace longpolld {
namespace {

template <class... Visits>
struct visits : Visits... {
  using Visits::operator()...;
};
template <class... Visits>
visits(Visits...) -> visits<Visits...>;

using list_member = option::list config::*;
using string_member = option::string;

std::string quoted(std::string_view text) { return '"' + utf8::escaped(text, "\"\\") + '"'; }

}  // namespace

namespace {

/// A URL without the user and the password in it, which are for nobody to see.
std::string without_secret(std::string text) {
  const auto begin = text.find("://");
  if (begin == std::string::npos) return text;
  const auto end = text.rfind('@', text.find('/', begin + 3));
  if (end == std::string::npos || end < begin) return text;
  return text.replace(begin + 3, end - begin - 3, "...");
}

}  // namespace

std::string option::allowed() const {
  return std::visit(
      visits{[&](limit) {
               const auto edge = [&](number value) {
                 return range.counts == unit::seconds ? std::to_string(value)
                                                      : show_quantity(value, range.counts);
               };
               return allowed_quantity(range.counts) + " from " + edge(range.least) + " to " +
                      edge(range.most);
             },
             [](bool config::*) { return std::string("true or false"); },
             [&](const choice&) { return "one of: " + ascii::joined(ascii::split(form, ' '), ", "); },
             [](list_member) { return std::string("a list of strings"); },
             [](string_member) { return std::string("a string"); }},
      where);
}

std::string option::show(const config& of) const {
  return std::visit(visits{[&](limit at) { return std::to_string(of.*at); },
                           [&](bool config::*at) { return std::string(of.*at ? "true" : "false"); },
                           [&](const choice& at) { return quoted(ascii::split(form, ' ').at(at.index(of))); },
                           [&](list_member at) {
                             auto parts = of.*at;
                             for (auto& one : parts) one = quoted(one);
                             return '[' + ascii::joined(parts, ", ") + ']';
                           },
                           [&](string_member at) { return quoted(without_secret(of.*at)); }},
                    where);
}

std::string option::show_readably(const config& of) const {
  if (const auto* at = std::get_if<limit>(&where)) return show_quantity(of.*(*at), range.counts);
  if (const auto* at = std::get_if<choice>(&where)) return ascii::split(form, ' ').at(at->index(of));
  if (const auto* at = std::get_if<list_member>(&where)) {
    return (of.*(*at)).empty() ? "none" : utf8::escaped(ascii::joined(of.*(*at), ","));
  }
  if (const auto* at = std::get_if<string_member>(&where)) {
    return (of.*(*at)).empty() ? "none" : utf8::escaped(without_secret(of.*(*at)));
  }
  return show(of);
}

std::string option::placeholder() const {
  if (is_list()) return std::string(form) + ",...";
  if (std::holds_alternative<string_member>(where)) return std::string(form);
  if (std::holds_alternative<choice>(where)) return ascii::joined(ascii::split(form, ' '), "|");
  if (std::holds_alternative<bool config::*>(where)) return "true|false";
  if (range.counts == unit::count) return "N";
  return range.counts == unit::seconds ? "SECONDS" : "BYTES";
}

std::optional<std::string> option::read(config& into, number value) const {
  if (value < range.least || value > range.most) {
    return std::to_string(value) + " is out of range; allowed is " + allowed();
  }
  into.*std::get<limit>(where) = value;
  return std::nullopt;
}

std::optional<std::string> option::read(config& into, std::string_view text) const {
  const auto refusal = '"' + std::string(text) + "\" is not allowed; allowed is " + allowed();
  if (std::holds_alternative<limit>(where)) {
    const auto value = read_quantity(text, range.counts);
    if (!value.fault.empty()) return value.fault + "; allowed is " + allowed();
    return read(into, value.value);
  }
  if (const auto* flag = std::get_if<bool config::*>(&where)) {
    if (text != "true" && text != "false") return refusal;
    into.*(*flag) = text == "true";
  } else if (const auto* all = std::get_if<list_member>(&where)) {
    into.*(*all) = ascii::split(text, ',');
  } else if (const auto* at = std::get_if<string_member>(&where)) {
    into.*(*at) = text;
  } else {
    const auto words = ascii::split(form, ' ');
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end()) return refusal;
    std::get<choice>(where).choose(into, static_cast<std::size_t>(found - words.begin()));
  }
  return std::nullopt;
}

bool option::is_same(const config& a, const config& b) const {
  return std::visit(visits{[&](const choice& one) { return one.index(a) == one.index(b); },
                           [&](auto one) { return a.*one == b.*one; }},
                    where);
}

void option::copy(const config& from, config& to) const {
  std::visit(visits{[&](const choice& one) { one.choose(to, one.index(from)); },
                    [&](auto one) { to.*one = from.*one; }},
             where);
}

}  // namespace longpolld
