#include "longpolld/parts/category_pattern.hpp"
#include "longpolld/parts/jwt.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/process/secret_file.hpp"
#include "longpolld/words/quantity.hpp"
#include "longpolld/words/utf8.hpp"

#include <chrono>
#include <iostream>
#include <map>

namespace longpolld {
namespace {

constexpr const char* algorithm_words = "HS256|HS384|HS512|RS256|PS256|ES256|EdDSA";

using texts = std::vector<std::string>;

struct token_options {
  std::string key_file, algorithm, expires = "1h", kid;
  texts claims, subscribe, publish;
  CLI::App app{
      "Signs a token (JWT) and prints it, as your site would sign it for an [[issuer]]. It has iat, exp and "
      "the claims that are given.",
      "longpolld token"};

  token_options() {
    shape_help(app);
    app.add_option("--key-file", key_file, "The secret, or a private key in PEM.")
        ->required()
        ->type_name("FILE");
    app.add_option("--algorithm", algorithm, "What to sign with; the issuer's algorithm.")
        ->required()
        ->type_name(algorithm_words);
    add_list("--claim", claims, "A claim, as sub=alice: its value is a string; may be repeated.",
             "NAME=VALUE");
    const std::string own = " In the claim longpolld, which counts where the issuer has own_rules = true.";
    add_list("--subscribe", subscribe, "Categories to allow subscribing to; may be repeated." + own,
             "PATTERN");
    add_list("--publish", publish, "Categories to allow publishing to; may be repeated." + own, "PATTERN");
    app.add_option("--expires", expires, "How long it is valid: seconds, or 90s, 5m, 1h. Default 1h.")
        ->type_name("TIME");
    app.add_option("--kid", kid, "The id of the key, for an issuer with a JWK set.")->type_name("ID");
  }

 private:
  void add_list(const char* name, texts& into, const std::string& help, const char* type) {
    app.add_option(name, into, help)->expected(1)->take_all()->type_name(type);
  }
};

int refuse(const std::string& why) {
  std::cerr << "longpolld token: " << why << '\n';
  return exit_usage;
}

/// `"name":["a","b"]`
std::string list(const char* name, const texts& patterns) {
  std::string made;
  for (const auto& one : patterns) made += (made.empty() ? "" : ",") + wire::quoted(one);
  return wire::quoted(name) + ":[" + made + ']';
}

std::optional<std::string> pattern_fault(const char* option, const texts& patterns) {
  for (const auto& one : patterns) {
    const auto read = category_pattern::parse(one);
    if (!read) return std::string(option) + " \"" + utf8::escaped(one) + "\": " + read.error().text;
  }
  return std::nullopt;
}

/// The claims as members of an object. The error's text is meant for the user.
outcome<std::string> members_of(const texts& claims) {
  std::map<std::string, std::string> all;
  for (const auto& one : claims) {
    const auto equals = one.find('=');
    const auto name = one.substr(0, equals);
    const auto wrong = [&](const char* why) { return error{0, "--claim " + utf8::escaped(one) + ' ' + why}; };
    if (equals == std::string::npos || name.empty()) return wrong("is not NAME=VALUE");
    if (!utf8::is_valid(one)) return wrong("is not UTF-8");
    if (name == "exp" || name == "iat") return wrong("is set by --expires and the clock");
    if (name == "nbf") return wrong("would be a string, which is no date");
    if (name == "longpolld") return wrong("is set by --subscribe and --publish");
    if (!all.emplace(name, one.substr(equals + 1)).second) return wrong("has a name that was given before");
  }
  std::string made;
  for (const auto& [name, value] : all) made += ',' + wire::quoted(name) + ':' + wire::quoted(value);
  return made;
}

}  // namespace

usage token_usage() { return usage_of(token_options().app); }

int token_command(int argc, const char* const* argv) {
  token_options of;
  if (const auto code = parse_arguments(of.app, argc, argv, exit_usage)) return *code;
  const auto algorithm = jwt_algorithm_of(of.algorithm);
  if (!algorithm) {
    return refuse("--algorithm must be one of " + std::string(algorithm_words) + ", not \"" +
                  utf8::escaped(of.algorithm) + '"');
  }
  const auto lasts = read_quantity(of.expires, unit::seconds);
  if (!lasts.fault.empty()) return refuse("--expires " + utf8::escaped(of.expires) + ": " + lasts.fault);
  if (lasts.value < 1) return refuse("--expires must be at least one second");
  if (auto wrong = pattern_fault("--subscribe", of.subscribe)) return refuse(*wrong);
  if (auto wrong = pattern_fault("--publish", of.publish)) return refuse(*wrong);
  if (!utf8::is_valid(of.kid)) return refuse("--kid is not UTF-8");
  const auto members = members_of(of.claims);
  if (!members) return refuse(members.error().text);
  const auto key = read_secret_file(of.key_file);
  if (!key) return refuse("--key-file " + key.error().text);
  const auto now =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  if (lasts.value > unix_ms_end / 1'000 - now) return refuse("--expires must end before the year 10889");
  auto claims =
      "{\"iat\":" + std::to_string(now) + ",\"exp\":" + std::to_string(now + lasts.value) + *members;
  if (!of.subscribe.empty() || !of.publish.empty()) {
    claims += ",\"longpolld\":{" + list("subscribe", of.subscribe) + ',' + list("publish", of.publish) + '}';
  }
  const auto token = sign(*algorithm, *key, claims + '}', of.kid);
  if (!token) return refuse("--key-file " + utf8::escaped(of.key_file) + ' ' + token.error().text);
  if (token->size() > token_bytes_max)
    return refuse("the token would be longer than 8 KiB, which no server takes");
  std::cout << *token << std::endl;
  return std::cout ? exit_ok : exit_output;
}

}  // namespace longpolld
