#pragma once

#include "longpolld/process/command_line.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace longpolld {

/// A command of the program: what `longpolld NAME …` does.
struct command {
  std::string_view name;
  std::string_view alias;      ///< another name, or empty
  std::string_view arguments;  ///< as --help shows them
  std::string_view help;
  int (*run)(int argc, const char* const* argv);  ///< returns an exit code; null: it serves
  usage (*describe)();
};

/// All commands, in the order of --help.
[[nodiscard]] std::span<const command> commands();

/// The command of this name or alias, or null.
[[nodiscard]] const command* find_command(std::string_view name);

/// Says that there is no such command, and which one may be meant; returns an exit code.
[[nodiscard]] int refuse_command(std::string_view name);

/// `longpolld key NAME`: prints a new random secret of 256 bits, and the [[key]] table with its SHA-256.
[[nodiscard]] int key_command(int argc, const char* const* argv);
[[nodiscard]] usage key_usage();

/// `longpolld token`: prints a JWT, signed with the key of a file.
[[nodiscard]] int token_command(int argc, const char* const* argv);
[[nodiscard]] usage token_usage();

/// `longpolld journal FILE`: looks into the journal of a server that does not run.
[[nodiscard]] int journal_command(int argc, const char* const* argv);
[[nodiscard]] usage journal_usage();

/// `longpolld manual PAGE`: prints a manual page as man reads it.
[[nodiscard]] int manual_command(int argc, const char* const* argv);
[[nodiscard]] usage manual_usage();

/// `longpolld completion bash`: prints a script that completes commands, flags and their values.
[[nodiscard]] int completion_command(int argc, const char* const* argv);
[[nodiscard]] usage completion_usage();

}  // namespace longpolld
