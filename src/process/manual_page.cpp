#include "longpolld/process/manual_page.hpp"

#include "longpolld/process/command_line.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>

namespace longpolld {
namespace {

/// A dash and the like as typed, not as typeset, so that what is copied from the page works.
std::string escaped(std::string_view line) {
  std::string made;
  if (line.starts_with('.')) made = "\\&";
  for (const char c : line) {
    switch (c) {
      case '\\':
        made += "\\e";
        break;
      case '-':
        made += "\\-";
        break;
      case '\'':
        made += "\\(aq";
        break;
      case '`':
        made += "\\(ga";
        break;
      case '^':
        made += "\\(ha";
        break;
      case '~':
        made += "\\(ti";
        break;
      case '"':
        made += "\\(dq";
        break;
      default:
        made += c;
    }
  }
  return made;
}

}  // namespace

manual_page::manual_page(std::string_view name, int section, std::string_view what) {
  // Without a date, so that equal sources make equal pages.
  made_ = ".TH " + std::string(name) + ' ' + std::to_string(section) +
          " \"\" \"longpolld " LONGPOLLD_VERSION "\"\n";
  heading("NAME");
  made_ += escaped(name) + " \\- " + escaped(what) + '\n';
}

void manual_page::macro(std::string_view name, std::string_view argument) {
  made_.append(name).append(" \"").append(escaped(argument)).append("\"\n");
}

void manual_page::heading(std::string_view text) { macro(".SH", text); }

void manual_page::subheading(std::string_view text) { macro(".SS", text); }

void manual_page::lines(std::string_view text) {
  constexpr std::size_t columns = 78;
  bool is_first = true;
  for (const auto& line : ascii::split(text, '\n')) {
    if (!is_first) made_ += ".br\n";
    is_first = false;
    auto all = wrapped(line, 0, columns);
    if (!all.empty()) all.pop_back();
    for (const auto& one : ascii::split(all, '\n')) made_ += escaped(one) + '\n';
  }
}

void manual_page::paragraph(std::string_view text) {
  begin_paragraph();
  lines(text);
}

void manual_page::begin_paragraph() {
  // The first one follows its heading.
  const auto line = made_.rfind('\n', made_.size() - 2) + 1;
  if (made_.compare(line, 2, ".S") != 0) made_ += ".PP\n";
}

void manual_page::item(std::string_view title, std::string_view text) {
  made_ += ".TP\n";
  macro(".B", title);
  lines(text);
}

void manual_page::example(std::string_view lines) {
  begin_paragraph();
  made_ += ".nf\n";
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    made_ += escaped(lines.substr(0, end)) + '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  made_ += ".fi\n";
}

}  // namespace longpolld
