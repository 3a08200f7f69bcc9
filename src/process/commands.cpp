#include "longpolld/process/commands.hpp"

#include "longpolld/process/client/commands.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/process/options.hpp"
#include "longpolld/words/nearest.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <iostream>

namespace longpolld {
namespace {

constexpr command table[] = {
    {"serve", "", "", "Serve; the same as no command.", nullptr, serve_usage},
    {"publish", "pub", "CATEGORY [DATA]", "Publish one event, or one per line of input.", publish_command,
     publish_usage},
    {"tail", "sub", "CATEGORY...", "Print events as they are published.", tail_command, tail_usage},
    {"key", "", "NAME", "Make a program's key: its secret, and its table for the file.", key_command,
     key_usage},
    {"token", "", "", "Sign a token (JWT).", token_command, token_usage},
    {"journal", "", "FILE", "Check, print or shrink a stopped server's journal.", journal_command,
     journal_usage},
    {"completion", "", "bash", "Print a script for the shell's completion.", completion_command,
     completion_usage},
    {"manual", "", "[PAGE]", "Print a manual page: longpolld, or longpolld.toml.", manual_command,
     manual_usage},
};

}  // namespace

std::span<const command> commands() { return table; }

const command* find_command(std::string_view name) {
  const auto* found = std::find_if(std::begin(table), std::end(table), [&](const command& one) {
    return !name.empty() && (one.name == name || one.alias == name);
  });
  return found == std::end(table) ? nullptr : found;
}

int refuse_command(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& one : table) names.emplace_back(one.name);
  std::cerr << "longpolld: \"" << utf8::escaped(name) << "\" is not a command" << did_you_mean(name, names)
            << "; --help lists all of them\n";
  return exit_usage;
}

}  // namespace longpolld
