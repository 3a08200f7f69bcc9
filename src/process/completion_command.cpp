#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"

#include <iostream>
#include <string>

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

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string made;
  for (const auto& one : words) made += (made.empty() ? "" : between) + one;
  return made;
}

/// `name|alias) `
std::string pattern(const command& of) {
  return std::string(of.name) + (of.alias.empty() ? "" : '|' + std::string(of.alias));
}

std::string bash_script() {
  std::string names, flags, values;
  for (const auto& one : commands()) {
    names += std::string(one.name) + ' ' + (one.alias.empty() ? "" : std::string(one.alias) + ' ');
    std::string all;
    for (const auto& flag : one.flags()) {
      all += joined(flag.names, " ") + ' ';
      if (!flag.has_value) continue;
      std::vector<std::string> cases;
      for (const auto& name : flag.names) cases.push_back(std::string(one.name) + ':' + name);
      values += "    " + joined(cases, "|") + ") " +
                (flag.is_file ? std::string("COMPREPLY=($(compgen -f -- \"$word\")); return")
                              : "words=\"" + joined(flag.values, " ") + '"') +
                " ;;\n";
    }
    flags += "    " + std::string(one.name) + ") flags=\"" + all + "\" ;;\n";
  }
  std::string patterns;
  for (const auto& one : commands()) {
    patterns += "    " + pattern(one) + ") command=" + std::string(one.name) + " ;;\n";
  }
  return "# bash completion of longpolld: source <(longpolld completion bash)\n"
         "_longpolld() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=serve flags "
         "words\n"
         "  # bash parts --flag=value into three words.\n"
         "  if [ \"$word\" = = ]; then word=; elif [ \"$before\" = = ]; then "
         "before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "  case ${COMP_WORDS[1]} in\n" +
         patterns +
         "  esac\n"
         "  case $command in\n" +
         flags +
         "  esac\n"
         "  case $command:$before in\n" +
         values +
         "    completion:completion) words=bash ;;\n"
         "    *)\n"
         "      case $word in -*) words=$flags ;; esac\n"
         "      if [ \"$COMP_CWORD\" = 1 ]; then words=\"" +
         names +
         "$flags\"; fi ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "}\n"
         "complete -F _longpolld longpolld\n";
}

}  // namespace

std::vector<flag> completion_flags() { return flags_of(completion_options().app); }

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
