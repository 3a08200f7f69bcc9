#include "longpolld/process/command_line.hpp"

#include "longpolld/process/exit_codes.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/nearest.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

namespace longpolld {
namespace {

constexpr std::string_view file_word = "FILE";

/// "-u, --url URL"
std::string title(const CLI::Option& of) {
  std::string made;
  const auto add = [&](const std::string& name) { made += (made.empty() ? "" : ", ") + name; };
  for (const auto& name : of.get_snames()) add('-' + name);
  for (const auto& name : of.get_lnames()) add("--" + name);
  if (of.nonpositional()) return made + (of.get_items_expected_max() == 0 ? "" : ' ' + of.get_type_name());
  return of.get_name(true) + (of.get_items_expected_max() > 1 ? "..." : "");
}

class help_shape : public CLI::FormatterBase {
 public:
  explicit help_shape(std::string above) : above_(std::move(above)) {}

  std::string make_help(const CLI::App* app, std::string /*name*/,
                        CLI::AppFormatMode /*mode*/) const override {
    std::string made = wrapped(app->get_description(), 0) + "\nUsage: " + app->get_name();
    const auto arguments = app->get_options([](const CLI::Option* one) { return one->get_positional(); });
    for (const auto* one : arguments) {
      made += ' ' + (one->get_required() ? title(*one) : '[' + title(*one) + ']');
    }
    made += std::string(above_.empty() ? "" : " [COMMAND]") + " [OPTIONS]\n" + above_;
    if (!arguments.empty()) made += "\nArguments\n";
    for (const auto* one : arguments) made += entry(*one);
    for (const auto& group : app->get_groups()) {
      if (!group.empty()) made += '\n' + group + '\n' + of_group(*app, group);
    }
    return made + (app->get_footer().empty() ? "" : '\n' + wrapped(app->get_footer(), 0));
  }

 private:
  static std::string entry(const CLI::Option& of) {
    return "  " + title(of) + '\n' + wrapped(of.get_description(), 6);
  }

  static std::string of_group(const CLI::App& app, const std::string& group) {
    std::string made;
    for (const auto* one : app.get_options()) {
      if (one->nonpositional() && one->get_group() == group) made += entry(*one);
    }
    return made;
  }

  std::string above_;
};

std::string without_value(std::string_view argument) {
  return std::string(argument.substr(0, argument.find('=')));
}

/// Why an argument that nothing took is wrong.
std::string not_taken(const CLI::App& app, const std::string& argument) {
  if (!argument.starts_with('-') || argument == "-") return '"' + argument + "\" is one argument too many";
  std::vector<std::string> names;
  for (const auto& one : flags_of(app)) names.insert(names.end(), one.names.begin(), one.names.end());
  auto wrong = without_value(argument), likely = wrong;
  std::transform(likely.begin(), likely.end(), likely.begin(),
                 [](char c) { return c == '_' ? '-' : ascii::lower(c); });
  return wrong + " is not an option" + did_you_mean(likely, names);
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string made;
  std::size_t column = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    const auto word = text.substr(0, end);
    const bool is_first = column == 0;
    if (!is_first && column + 1 + word.size() > width) {
      made += '\n';
      column = 0;
    }
    if (column == 0) {
      made += std::string(indent, ' ');
      column = indent;
    } else {
      made += ' ';
      ++column;
    }
    made += word;
    column += word.size();
    if (end < text.size() && text[end] == '\n') {
      made += '\n';
      column = 0;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return made + (column == 0 ? "" : "\n");
}

void shape_help(CLI::App& app, std::string above) {
  app.set_help_flag("-h,--help", "Print this text and exit.");
  app.formatter(std::make_shared<help_shape>(std::move(above)));
  app.allow_extras();
}

std::optional<int> parse_arguments(CLI::App& app, int argc, const char* const* argv, int when_wrong) {
  std::string wrong;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return exit_ok;
  } catch (const CLI::ParseError& bad) {
    wrong = bad.what();
  }
  // The first that nothing took is more likely what is wrong than what is missing therefore.
  if (const auto extra = app.remaining(); !extra.empty()) {
    const auto is_flag = [](const std::string& one) { return one.starts_with('-') && one != "-"; };
    const auto flag = std::find_if(extra.begin(), extra.end(), is_flag);
    wrong = not_taken(app, flag == extra.end() ? extra.front() : *flag);
  }
  if (wrong.empty()) return std::nullopt;
  std::cerr << app.get_name() << ": " << utf8::escaped(wrong) << "; --help lists all options\n";
  return when_wrong;
}

std::vector<flag> flags_of(const CLI::App& app) {
  std::vector<flag> found;
  for (const auto* one : app.get_options()) {
    if (!one->nonpositional()) continue;
    flag made;
    for (const auto& name : one->get_snames()) made.names.push_back('-' + name);
    for (const auto& name : one->get_lnames()) made.names.push_back("--" + name);
    made.title = title(*one);
    made.help = one->get_description();
    made.group = one->get_group();
    made.has_value = one->get_items_expected_max() > 0;
    const auto type = made.has_value ? one->get_type_name() : std::string();
    made.is_file = type == file_word;
    if (type.find('|') != std::string::npos) made.values = ascii::split(type, '|');
    found.push_back(std::move(made));
  }
  return found;
}

usage usage_of(const CLI::App& app) {
  usage made{app.get_description(), {}, flags_of(app)};
  for (const auto* one : app.get_options()) {
    if (one->get_positional())
      made.arguments.push_back({title(*one), one->get_description(), one->get_required()});
  }
  return made;
}

}  // namespace longpolld
