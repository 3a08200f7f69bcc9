#include "longpolld/process/config/config_example.hpp"

#include "longpolld/process/command_line.hpp"
#include "longpolld/process/options.hpp"
#include "longpolld/words/config.hpp"

namespace longpolld {
namespace {

constexpr std::string_view opening =
    "longpolld's options, each with its default. To change one, take the # before its line away. The "
    "flags of these options have the same names with dashes, their environment variables LONGPOLLD_ and "
    "the name in capitals; a flag wins over the environment, the environment over this file. Times may be "
    "numbers of seconds or have a unit: \"90s\", \"5m\", \"1h\"; sizes numbers of bytes or \"64KiB\", "
    "\"256MiB\", \"1GiB\".";

std::string comment(std::string_view text) {
  constexpr std::size_t columns = 100;
  constexpr std::string_view mark = "# ";
  std::string made;
  const auto all = wrapped(text, 0, columns - mark.size());
  for (std::string_view lines = all; !lines.empty();) {
    const auto end = lines.find('\n');
    made += std::string(mark) + std::string(lines.substr(0, end + 1));
    lines.remove_prefix(end + 1);
  }
  return made;
}

/// As TOML, with a unit where that is easier to read.
std::string value(const setting& of) {
  const config standard;
  const auto plain = of.show(standard), readable = of.show_readably(standard);
  const bool is_size = of.range.counts == unit::bytes && readable != plain;
  return is_size ? '"' + readable + '"' : plain;
}

}  // namespace

std::string config_example() {
  std::string made = comment(opening);
  std::string_view group;
  for (const auto& one : settings()) {
    if (one.group != group) made += "\n# ----- " + std::string(one.group) + '\n';
    group = one.group;
    made += '\n' + comment(help_of(one)) + '#' + std::string(one.name) + " = " + value(one) + '\n';
  }
  return made;
}

}  // namespace longpolld
