#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/words/ascii.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {
namespace {

struct completion_options {
  std::string shell;
  CLI::App app{
      "Prints a script that completes longpolld's commands, options and values.\n"
      "Use it with: source <(longpolld completion bash)",
      "longpolld completion"};

  completion_options() {
    shape_help(app);
    app.add_option("SHELL", shell, "The shell to print it for: bash.")->required();
  }
};

// What stands in angle brackets is made of the command and option tables.
constexpr std::string_view bash_template =
    R"(# bash completion of longpolld: source <(longpolld completion bash)
_longpolld() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=serve flags= words=
  # bash parts --flag=value into three words.
  if [ "$word" = = ]; then word=; elif [ "$before" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
  case ${COMP_WORDS[1]} in
<commands>  esac
  case $command in
<flags>  esac
  case $command:$before in
<values>    *)
      case $before in completion) words=bash ;; manual) words="longpolld longpolld.toml" ;; esac
      case $word in -*) words=$flags ;; esac
      if [ "$COMP_CWORD" = 1 ]; then words="<names> $flags"; fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _longpolld longpolld
)";

/// `text` with `value` in place of `<name>`.
std::string filled(std::string text, const std::string& name, const std::string& value) {
  const auto place = '<' + name + '>';
  return text.replace(text.find(place), place.size(), value);
}

std::string bash_script() {
  std::string cases, flags, values;
  std::vector<std::string> names;
  for (const auto& one : commands()) {
    const std::string name(one.name), alias(one.alias);
    std::vector<std::string> both{name};
    if (!alias.empty()) both.push_back(alias);
    names.insert(names.end(), both.begin(), both.end());
    cases.append("    ").append(ascii::joined(both, "|")).append(") command=").append(name).append(" ;;\n");
    std::vector<std::string> all;
    for (const auto& flag : one.describe().flags) {
      all.insert(all.end(), flag.names.begin(), flag.names.end());
      if (!flag.has_value) continue;
      const auto pattern = name + ':' + ascii::joined(flag.names, '|' + name + ':');
      const std::string of_files = R"(COMPREPLY=($(compgen -f -- "$word")); return)";
      const auto of_words = "words=\"" + ascii::joined(flag.values, " ") + '"';
      values += "    " + pattern + ") " + (flag.is_file ? of_files : of_words) + " ;;\n";
    }
    flags += "    " + name + ") flags=\"" + ascii::joined(all, " ") + "\" ;;\n";
  }
  auto made = filled(std::string(bash_template), "commands", cases);
  made = filled(made, "flags", flags);
  made = filled(made, "values", values);
  return filled(made, "names", ascii::joined(names, " "));
}

}  // namespace

usage completion_usage() { return usage_of(completion_options().app); }

int completion_command(int argc, const char* const* argv) {
  completion_options of;
  if (const auto code = parse_arguments(of.app, argc, argv, exit_usage)) return *code;
  if (of.shell != "bash") {
    std::cerr << "longpolld completion: \"" << of.shell << "\" is not a shell it knows; known is bash\n";
    return exit_usage;
  }
  std::cout << bash_script();
  return exit_ok;
}

}  // namespace longpolld
