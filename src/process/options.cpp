#include "longpolld/process/options.hpp"

#include "longpolld/http/address.hpp"
#include "longpolld/http/read/host.hpp"
#include "longpolld/http/reply/cors.hpp"
#include "longpolld/http/trusted_proxies.hpp"
#include "longpolld/process/config/config_merge.hpp"
#include "longpolld/words/utf8.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

namespace longpolld {
namespace {

std::string flag_of(std::string_view name) {
  std::string flag = "--" + std::string(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string help_of(const setting& one) { return std::string(one.help) + " [" + one.show(config{}) + "]"; }

void check_addresses(config_merge& merge) {
  const auto check = [&](std::string_view key, const config::list& all) {
    for (const auto& one : all) {
      if (!parse_address(one)) {
        merge.refuse(key, '"' + one + "\" is not an address; allowed is 127.0.0.1:8080 or [::1]:8080");
      }
    }
  };
  check("listen", merge.value().listen);
  check("publish_listen", merge.value().publish_listen);
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

/// The command line as CLI11 read it; values are still text.
struct command_line {
  CLI::App app{"longpolld: web publish/subscribe by long polling, over plain HTTP", "longpolld"};
  std::string file;
  bool check = false;
  bool print = false;
  bool version = false;
  bool health = false;
  std::map<std::string_view, std::vector<std::string>> given;
  std::map<std::string_view, CLI::Option*> flags;

  command_line() {
    app.set_help_flag("-h,--help", "this text");
    app.add_flag("--version", version, "print the version");
    app.add_option("--config", file, "a TOML file; flags and LONGPOLLD_… variables go over it")
        ->type_name("FILE");
    app.add_flag("--check-config", check, "check all options, say what is wrong, and exit");
    app.add_flag("--print-config", print, "print all options and where each came from, and exit");
    app.add_flag("--health", health, "ask the running server for its health; exit code 0 when it is well");
    for (const auto& one : settings()) {
      const bool is_list = std::holds_alternative<config::list config::*>(one.where);
      auto* flag =
          app.add_option(flag_of(one.name), given[one.name], help_of(one))->group(std::string(one.group));
      flag->type_name(is_list ? "LIST" : "VALUE")->expected(1);
      flag->multi_option_policy(is_list ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
      flags[one.name] = flag;
    }
    app.get_formatter()->column_width(44);
    app.footer(
        "Without a command, or with `serve`, it serves. The others are clients, each with a --help of its "
        "own:\n"
        "  longpolld publish CATEGORY [JSON|-]\n"
        "  longpolld tail CATEGORY...");
  }

  void merge_into(config_merge& merge) const {
    for (const auto& one : settings()) {
      const auto& values = given.at(one.name);
      if (flags.at(one.name)->count() == 0) continue;
      std::string joined;
      for (const auto& value : values) joined += (&value == values.data() ? "" : ",") + value;
      merge.text(one, joined, "flag " + flag_of(one.name));
    }
  }
};

}  // namespace

options read_options(int argc, const char* const* argv) {
  options read;
  command_line line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << line.app.help();
    read.exit = exit_ok;
    return read;
  } catch (const CLI::ParseError& bad) {
    std::cerr << "longpolld: " << utf8::escaped(bad.what()) << "\nlongpolld: --help lists all options\n";
    read.exit = exit_config;
    return read;
  }
  if (line.version) {
    std::cout << "longpolld " LONGPOLLD_VERSION "\n";
    read.exit = exit_ok;
    return read;
  }
  config_merge merge;
  if (line.app.count("--config") > 0) merge.file(line.file);
  merge.environment([](const std::string& name) { return std::getenv(name.c_str()); });
  line.merge_into(merge);
  merge.check();
  check_addresses(merge);
  for (const auto& problem : merge.problems()) std::cerr << "longpolld: " << problem << '\n';
  read.value = merge.value();
  read.health = line.health;
  if (line.print) std::cout << merge.print();
  if (!merge.problems().empty()) {
    read.exit = exit_config;
  } else if (line.print || line.check) {
    read.exit = exit_ok;
  }
  return read;
}

}  // namespace longpolld
