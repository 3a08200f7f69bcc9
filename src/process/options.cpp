#include "longpolld/process/options.hpp"

#include "longpolld/http/address.hpp"
#include "longpolld/http/read/host.hpp"
#include "longpolld/http/reply/cors.hpp"
#include "longpolld/http/trusted_proxies.hpp"
#include "longpolld/parts/redis_url.hpp"
#include "longpolld/process/commands.hpp"
#include "longpolld/process/config/config_example.hpp"
#include "longpolld/process/config/config_merge.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/thread/io/tls_context.hpp"
#include "longpolld/thread/io/tls_trust.hpp"
#include "longpolld/thread/store/redis_password.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <unistd.h>

namespace longpolld {
namespace {

std::string flag_of(std::string_view name) {
  std::string flag = "--" + std::string(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

constexpr std::string_view forms =
    "Each option below is also an environment variable and a line of the file: --log-level warn, "
    "LONGPOLLD_LOG_LEVEL=warn, log_level = \"warn\". A flag wins over the environment, the environment "
    "over the file. Times are numbers of seconds or have a unit: 500ms, 30s, 5m, 1h; sizes numbers of "
    "bytes or 64KiB, 256MiB, 1GiB. Lists are separated by commas, or their flag is repeated. "
    "SIGHUP has the file read again: what says \"can be reloaded\" changes while the server runs.";

std::string commands_help() {
  constexpr std::size_t column = 36;
  std::string made = "\nCommands, each with a --help of its own\n";
  for (const auto& one : commands()) {
    std::string line = "  " + std::string(one.name) + (one.alias.empty() ? "" : ", ") +
                       std::string(one.alias) + ' ' + std::string(one.arguments);
    line.resize(std::max(line.size() + 1, column), ' ');
    made += line + std::string(one.help) + '\n';
  }
  return made + '\n' + wrapped(forms, 0);
}

void check_addresses(config_merge& merge) {
  const auto check = [&](std::string_view key, const config::list& all) {
    for (const auto& one : all) {
      if (!parse_address(one)) {
        merge.refuse(key, '"' + one +
                              "\" is not an address; allowed is 127.0.0.1:8080, [::1]:8080, localhost:8080, "
                              "8080, :8080 or *:8080");
      }
    }
  };
  check("listen", merge.value().listen);
  check("publish_listen", merge.value().publish_listen);
  check("tls_listen", merge.value().tls_listen);
  check("admin_listen", merge.value().admin_listen);
  for (const auto& one : merge.value().trusted_proxies) {
    if (const auto fault = trusted_proxies::fault(one)) merge.refuse("trusted_proxies", *fault);
  }
  for (const auto& one : merge.value().allowed_hosts) {
    if (const auto fault = allowed_hosts::fault(one)) merge.refuse("allowed_hosts", *fault);
  }
  const auto& origins = merge.value().cors_allow_origins;
  for (const auto& one : origins) {
    if (const auto fault = cors::fault(one)) merge.refuse("cors_allow_origins", *fault);
    if (one == "*" && origins.size() > 1) merge.refuse("cors_allow_origins", "\"*\" must stand alone");
  }
}

/// systemd names a directory that is the service's own: there what was published is kept, unless somebody has
/// said otherwise. Of several the first is meant.
void find_journal(config_merge& merge) {
  constexpr const char* origin = "STATE_DIRECTORY";
  const char* given = std::getenv(origin);
  if (!given) return;
  const std::string_view all(given);
  const std::string directory(all.substr(0, all.find(':')));
  if (directory.empty()) return;
  if (merge.is_default("store")) merge.text(*find_option("store"), "journal", origin);
  if (merge.is_default("journal_file")) {
    merge.text(*find_option("journal_file"), directory + "/longpolld.db", origin);
  }
}

/// What can be said of it without a connection.
void check_redis(config_merge& merge) {
  const auto& of = merge.value();
  if (of.store != store_kind::redis || of.redis_url.empty()) return;
  const auto url = redis_url::parse(of.redis_url);
  if (!url) return merge.refuse("redis_url", url.error().text);
  if (!of.redis_ca_file.empty() && url->is != redis_url::kind::tls) {
    merge.refuse("redis_ca_file", "is set, but redis_url does not speak TLS, as rediss:// does");
  }
  try {
    if (url->is == redis_url::kind::tls) static_cast<void>(tls_trust::of(of.redis_ca_file));
  } catch (const std::runtime_error& why) {
    merge.refuse("redis_ca_file", why.what());
  }
  if (of.redis_password_file.empty()) return;
  const auto password = read_redis_password(of.redis_password_file);
  if (!password) return merge.refuse("redis_password_file", password.error().text);
  if (!url->password.empty()) merge.refuse("redis_password_file", "has a password, and redis_url another");
}

/// Whether one of them keeps the other from being listened on.
bool meet(const boost::asio::ip::tcp::endpoint& a, const boost::asio::ip::tcp::endpoint& b) {
  const auto covers = [](const boost::asio::ip::address& one, const boost::asio::ip::address& other) {
    return one == other || (one.is_unspecified() && (one.is_v6() || other.is_v4()));  // [::] is IPv4's, too
  };
  return a.port() == b.port() && a.port() != 0 &&
         (covers(a.address(), b.address()) || covers(b.address(), a.address()));
}

/// What contradictions() finds by their text is said by it.
void check_addresses_apart(config_merge& merge) {
  struct listened {
    std::string_view option;
    const std::string* text;
    boost::asio::ip::tcp::endpoint at;
  };
  std::vector<listened> all;
  for (const auto key :
       {&config::listen, &config::publish_listen, &config::tls_listen, &config::admin_listen}) {
    for (const auto& text : merge.value().*key) {
      const auto at = parse_address(text);
      if (!at) continue;
      const auto other =
          std::find_if(all.begin(), all.end(), [&](const listened& one) { return meet(one.at, *at); });
      const auto name = option_of(key).name;
      if (other == all.end()) {
        all.push_back({name, &text, *at});
      } else if (*other->text != text || other->option == name) {
        merge.refuse(name, '"' + text + "\" is taken by \"" + *other->text + "\" of " +
                               std::string(other->option) + "; an address has one role");
      }
    }
  }
}

/// Files without an address that they are for: whoever set them takes the others for safe.
void check_tls_addresses(config_merge& merge) {
  const auto& of = merge.value();
  if (!of.tls_listen.empty()) return;
  for (const auto file : {&config::tls_certificate, &config::tls_key, &config::tls_client_ca}) {
    if (!(of.*file).empty())
      merge.refuse(option_of(file).name, "is set, but no address in tls_listen, the only ones to speak TLS");
  }
}

/// Reads the files of certificates, so that what is wrong with them is said with all else. Null where there
/// are none.
std::shared_ptr<const tls_context> read_tls(config_merge& merge) {
  const auto& of = merge.value();
  if (of.tls_listen.empty() || of.tls_certificate.empty() || of.tls_key.empty()) return nullptr;
  auto loaded = tls_context::load(of);
  if (loaded) return *loaded;
  merge.refuse(loaded.error().option, loaded.error().what);
  return nullptr;
}

/// The command line as CLI11 read it; values are still text.
struct command_line {
  CLI::App app{"longpolld " LONGPOLLD_VERSION ": web publish/subscribe by long polling, over plain HTTP",
               "longpolld"};
  std::string file;
  bool check = false;
  bool print = false;
  bool example = false;
  bool version = false;
  bool health = false;
  std::map<std::string_view, std::vector<std::string>> given;
  std::map<std::string_view, CLI::Option*> flags;

  command_line() {
    shape_help(app, commands_help());
    app.get_option("--help")->group("General");
    const auto general = [&](CLI::Option* one) { one->group("General"); };
    general(app.add_flag("--version", version, "Print the version and exit."));
    general(app.add_option("--config", file, "Read options from this TOML file.")->type_name("FILE"));
    general(
        app.add_flag("--check-config", check, "Check all options, say everything that is wrong, and exit."));
    auto* printing =
        app.add_flag("--print-config", print, "Print all options and where each value came from, and exit.");
    general(printing);
    general(app.add_flag("--example", example,
                         "With --print-config: print a file of all options with their help and defaults.")
                ->needs(printing));
    general(app.add_flag("--health", health,
                         "Ask the running server for its health and exit, with code 0 when it is well."));
    for (const auto& one : all_options()) {
      auto* flag =
          app.add_option(flag_of(one.name), given[one.name], help_of(one))->group(std::string(one.group));
      flag->type_name(one.placeholder())->expected(1);
      flag->multi_option_policy(one.is_list() ? CLI::MultiOptionPolicy::TakeAll
                                              : CLI::MultiOptionPolicy::TakeLast);
      flags[one.name] = flag;
    }
  }

  void merge_into(config_merge& merge) const {
    for (const auto& one : all_options()) {
      const auto& values = given.at(one.name);
      if (flags.at(one.name)->count() == 0) continue;
      merge.text(one, ascii::joined(values, ","), "flag " + flag_of(one.name));
    }
  }
};

}  // namespace

std::string help_of(const option& one) {
  return std::string(one.help) + "\nDefault " + one.show_readably(config{}) + ": " + std::string(one.why) +
         (one.reloads ? ". Can be reloaded." : ".");
}

usage serve_usage() { return usage_of(command_line().app); }

namespace {

/// What flags, environment and file say together, and whatever is wrong with it.
struct merged_options {
  config_merge merge;
  std::shared_ptr<const tls_context> tls;
};

merged_options merged(const command_line& line) {
  merged_options made;
  auto& merge = made.merge;
  if (line.app.count("--config") > 0) merge.file(line.file);
  merge.environment(environ);
  line.merge_into(merge);
  find_journal(merge);
  merge.check();
  check_addresses(merge);
  check_addresses_apart(merge);
  check_tls_addresses(merge);
  if (line.health) return made;  // who asks for the health need not be able to read a key
  check_redis(merge);
  made.tls = read_tls(merge);
  return made;
}

}  // namespace

options read_options(int argc, const char* const* argv) {
  options read;
  command_line line;
  read.exit = parse_arguments(line.app, argc, argv, exit_config);
  if (read.exit) return read;
  if (line.version) {
    std::cout << "longpolld " LONGPOLLD_VERSION "\n";
    read.exit = exit_ok;
    return read;
  }
  if (line.example) {
    std::cout << config_example();
    read.exit = exit_ok;
    return read;
  }
  const auto [merge, tls] = merged(line);
  for (const auto& problem : merge.problems()) std::cerr << "longpolld: " << problem << '\n';
  read.value = merge.value();
  read.access = std::make_shared<const access_rules>(merge.access());
  read.tls = tls;
  read.health = line.health;
  if (line.print) std::cout << merge.print();
  if (!merge.problems().empty()) {
    read.exit = exit_config;
  } else if (line.print || line.check) {
    read.exit = exit_ok;
  }
  return read;
}

reread_options read_options_again(int argc, const char* const* argv) {
  command_line line;
  line.app.parse(argc, argv);
  const auto [merge, tls] = merged(line);
  return {merge.value(), std::make_shared<const access_rules>(merge.access()), tls, merge.problems()};
}

}  // namespace longpolld
