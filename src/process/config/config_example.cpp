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

// Behind all options: what stands behind a table's name in TOML belongs to the table.
constexpr std::string_view tables = R"(
# ----- Who may do what: tables, which have no flags. Behind them no option can stand. All of them can be
# reloaded. The first that is there takes from everyone the right to subscribe to everything, and from
# programs on this machine the right to publish. In a pattern * stands for any characters.

# What requests without credentials may.
#[anyone]
#subscribe = ["public.*"]
#publish = []

# A program; longpolld key NAME makes a secret and its table.
#[[key]]
#name = "backend"
#secret_sha256 = "..."              # or secret_file = "/etc/longpolld/backend.key"
#publish = ["*"]
#subscribe = ["*"]

# Who signs tokens (JWT) for people: HS256, HS384, HS512, RS256, PS256, ES256 or EdDSA.
#[[issuer]]
#name = "site"
#algorithm = "HS256"
#key_file = "/etc/longpolld/site.key"    # the secret, a public key in PEM, or a JWK set
#issuer = "https://example.org"     # what iss must be
#audience = "longpolld"             # what aud must be or have
#subscribe = ["user.{sub}.*"]       # {sub}: that claim of the token
#publish = []
#leeway_seconds = 5                 # for exp and nbf
#own_rules = false                  # whether the token's claim longpolld adds to its rules

# Your own backend, which is asked by POST {"action":"subscribe","categories":["a"],"client":"203.0.113.9"}
# where no rule above allows it. 200 allows (with a body {"allow":["a"]} only these), 401 and 403 refuse.
#[hook]
#url = "http://127.0.0.1:3000/longpolld"
#forward = ["Authorization", "Cookie"]   # header fields that are passed on
#timeout_seconds = 2                # until the request is answered 503
#cache_seconds = 30                 # for which an answer counts, unless its Cache-Control says otherwise
#ca_file = ""                       # whom https trusts, in PEM; none: whom the system trusts
#max_connections = 16               # at once, for each thread: above 1,000 questions a second
#max_waiting = 1000                 # questions that wait for a connection; more are answered 503
#max_waiting_per_address = 200      # of one client's address (IPv6: one /64); more are answered 429
#max_cached = 65536                 # answers, for each thread
)";

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
std::string value(const option& of) {
  const config standard;
  const auto plain = of.show(standard), readable = of.show_readably(standard);
  const bool is_size = of.range.counts == unit::bytes && readable != plain;
  return is_size ? '"' + readable + '"' : plain;
}

}  // namespace

std::string_view config_opening() { return opening; }

std::string_view config_tables() { return tables; }

std::string config_line(const option& of) { return std::string(of.name) + " = " + value(of); }

std::string config_example() {
  std::string made = comment(opening);
  std::string_view group;
  for (const auto& one : all_options()) {
    if (one.group != group) made += "\n# ----- " + std::string(one.group) + '\n';
    group = one.group;
    made += '\n' + comment(help_of(one)) + '#' + config_line(one) + '\n';
  }
  return made.append(tables);
}

}  // namespace longpolld
