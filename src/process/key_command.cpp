#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/digest.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/thread/io/random_bytes.hpp"

#include <iostream>

namespace longpolld {
namespace {

constexpr std::size_t secret_bytes = 32;

struct key_options {
  std::string name;
  CLI::App app{
      "Makes a key for a program. Prints a new secret, and behind an empty line the table for the "
      "configuration file, which holds only the secret's SHA-256.\n"
      "The program sends the secret as Authorization: Bearer, or as Basic with NAME as the user.",
      "longpolld key"};

  key_options() {
    shape_help(app);
    app.add_option("NAME", name, "The key's name, which logs show.")->required();
  }
};

}  // namespace

usage key_usage() { return usage_of(key_options().app); }

int key_command(int argc, const char* const* argv) {
  key_options of;
  if (const auto code = parse_arguments(of.app, argc, argv, exit_usage)) return *code;
  if (const auto wrong = name_fault(of.name)) {
    std::cerr << "longpolld key: the name " << *wrong << '\n';
    return exit_usage;
  }
  const auto secret = to_base64url(random_bytes(secret_bytes));
  std::cout << secret << "\n\n"
            << "[[key]]\n"
            << "name = " << wire::quoted(of.name) << '\n'
            << "secret_sha256 = \"" << to_hex(sha256(secret)) << "\"\n"
            << "publish = [\"*\"]    # the categories it may publish to; * stands for any characters\n"
            << "subscribe = [\"*\"]  # the categories it may subscribe to\n";
  std::cout.flush();
  return std::cout ? exit_ok : exit_output;
}

}  // namespace longpolld
