#include "longpolld/parts/access_line.hpp"

#include "longpolld/words/utc_text.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <charconv>

namespace longpolld {
namespace {

void append_number(std::string& to, std::uint64_t number, std::size_t least_digits = 1) {
  char digits[20];
  const auto* end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  const auto count = static_cast<std::size_t>(end - digits);
  if (count < least_digits) to.append(least_digits - count, '0');
  to.append(digits, count);
}

void append_escaped(std::string& to, std::string_view text) {
  const bool is_plain = std::all_of(text.begin(), text.end(),
                                    [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
  if (is_plain) {
    to.append(text);
  } else {
    to.append(utf8::escaped(text, "\"\\"));
  }
}

/// A word between spaces.
void append_word(std::string& to, std::string_view text) {
  to += ' ';
  if (text.empty()) {
    to += '-';
  } else if (text == "-" || text.find(' ') != std::string_view::npos) {
    to += '"';
    append_escaped(to, text);
    to += '"';
  } else {
    append_escaped(to, text);
  }
}

void append_member(std::string& to, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  to.append(",\"").append(name).append("\":\"");
  append_escaped(to, text);
  to += '"';
}

void append_seconds(std::string& to, std::chrono::microseconds took) {
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)) / 1000;
  append_number(to, ms / 1000);
  to += '.';
  append_number(to, ms % 1000, 3);
}

}  // namespace

void access_line_writer::append(std::string& to, const access_line& one) {
  if (is_json_) {
    to += R"({"time":")";
    append_time(to, one.time);
    to += '"';
    append_member(to, "client", one.client);
    append_member(to, "principal", one.principal);
    append_member(to, "method", one.method);
    append_member(to, "path", one.path);
    append_member(to, "query", one.query);
    to += R"(,"status":)";
    append_number(to, static_cast<std::uint64_t>(one.status));
    to += R"(,"bytes":)";
    append_number(to, one.bytes);
    to += R"(,"seconds":)";
    append_seconds(to, one.took);
    append_member(to, "end", one.end);
    to += "}\n";
    return;
  }
  append_time(to, one.time);
  append_word(to, one.client);
  append_word(to, one.principal);
  to.append(" \"").append(one.method.empty() ? "-" : one.method);
  if (!one.path.empty()) to += ' ';
  append_escaped(to, one.path);
  if (!one.query.empty()) {
    to += '?';
    append_escaped(to, one.query);
  }
  to += "\" ";
  append_number(to, static_cast<std::uint64_t>(one.status));
  to += ' ';
  append_number(to, one.bytes);
  to += ' ';
  append_seconds(to, one.took);
  append_word(to, one.end);
  to += '\n';
}

void access_line_writer::append_time(std::string& to, unix_ms time) {
  time = std::max<unix_ms>(time, 0);
  if (time / 1000 != second_) {
    second_ = time / 1000;
    second_text_ = utc_text(time);
    second_text_.resize(second_text_.size() - std::string_view("042Z").size());
  }
  to += second_text_;
  append_number(to, static_cast<std::uint64_t>(time % 1000), 3);
  to += 'Z';
}

}  // namespace longpolld
