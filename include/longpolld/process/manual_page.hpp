#pragma once

#include <string>
#include <string_view>

namespace longpolld {

/// A manual page in the language that man reads: roff with its macros "man". Whatever is given is text, of
/// which nothing is read as a macro or an escape.
class manual_page {
 public:
  /// Of section 1 (commands) or 5 (files). `what`: the page's line in lists of all pages.
  manual_page(std::string_view name, int section, std::string_view what);

  void heading(std::string_view text);
  void subheading(std::string_view text);
  /// "\n" begins a new line.
  void paragraph(std::string_view text);
  /// Bold `title`, with `text` indented below it.
  void item(std::string_view title, std::string_view text);
  /// The lines as they are.
  void example(std::string_view lines);

  [[nodiscard]] const std::string& text() const { return made_; }

 private:
  void begin_paragraph();
  void macro(std::string_view name, std::string_view argument);
  void lines(std::string_view text);

  std::string made_;
};

}  // namespace longpolld
