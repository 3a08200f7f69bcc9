#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// A flag as the shell's completion and the manual need it.
struct flag {
  std::vector<std::string> names;  ///< "-u", "--url"
  std::string title;               ///< "-u, --url URL"
  std::string help;
  std::string group;
  bool has_value = false;
  bool is_file = false;             ///< its value is a file
  std::vector<std::string> values;  ///< all there are, when there are few
};

/// `text` in lines of at most `width` columns, each behind `indent` spaces; "\n" begins a new line.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 100);

/// Has `app` print help that fits 100 columns: usage, `commands` if it has any, arguments, then the flags by
/// group.
void shape_help(CLI::App& app, std::string commands = {});

/// Parses a command line. Prints help when asked for, or what is wrong, with a suggestion for a flag that
/// does not exist; returns the exit code then, `when_wrong` for an error.
[[nodiscard]] std::optional<int> parse_arguments(CLI::App& app, int argc, const char* const* argv,
                                                 int when_wrong);

/// What --help says of a command, in its parts.
struct usage {
  struct argument {
    std::string title;  ///< "CATEGORY..."
    std::string help;
    bool is_required = false;
  };
  std::string description;
  std::vector<argument> arguments;
  std::vector<flag> flags;
};

[[nodiscard]] std::vector<flag> flags_of(const CLI::App& app);
[[nodiscard]] usage usage_of(const CLI::App& app);

}  // namespace longpolld
