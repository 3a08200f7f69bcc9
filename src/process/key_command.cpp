#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/digest.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/words/utf8.hpp"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <sys/random.h>

namespace longpolld {
namespace {

constexpr std::size_t secret_bytes = 32;

struct key_options {
  std::string name;
  CLI::App app{
      "Makes a key for a program. Prints a new secret, and behind an empty line the table for the "
      "configuration file, which holds only the secret's SHA-256.\n"
      "This version of the server does not read such tables yet.\n"
      "The program sends the secret as Authorization: Bearer, or as Basic with NAME as the user.",
      "longpolld key"};

  key_options() {
    shape_help(app);
    app.add_option("NAME", name, "The key's name, which logs show.")->required();
  }
};

/// What is wrong with a key's name, or nothing. A colon ends the user of Basic authentication.
std::optional<std::string> name_fault(std::string_view name) {
  if (name.empty()) return "must not be empty";
  if (!utf8::is_valid(name)) return "must be valid UTF-8";
  if (utf8::escaped(name) != name) return "must not have control or invisible characters";
  if (name.find(':') != std::string_view::npos) return "must not have a colon";
  return std::nullopt;
}

/// Empty when the system has no random bytes.
std::string new_secret() {
  char bytes[secret_bytes];
  std::size_t have = 0;
  while (have < sizeof bytes) {
    const auto got = ::getrandom(bytes + have, sizeof bytes - have, 0);
    if (got < 0 && errno != EINTR) return {};
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  return to_base64url({bytes, sizeof bytes});
}

}  // namespace

std::vector<flag> key_flags() { return flags_of(key_options().app); }

int key_command(int argc, const char* const* argv) {
  key_options of;
  if (const auto code = parse_arguments(of.app, argc, argv, exit_usage)) return *code;
  if (const auto wrong = name_fault(of.name)) {
    std::cerr << "longpolld key: the name " << *wrong << '\n';
    return exit_usage;
  }
  const auto secret = new_secret();
  if (secret.empty()) {
    std::cerr << "longpolld key: no random bytes: " << std::strerror(errno) << '\n';
    return exit_unavailable;
  }
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
