#include "longpolld/process/config/access_reader.hpp"

#include "longpolld/thread/io/text_file.hpp"
#include "longpolld/thread/io/tls_trust.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>
#include <utility>

namespace longpolld {
namespace {

constexpr std::size_t secret_bytes_min = 16, secret_bytes_max = 1024;
constexpr std::int64_t leeway_seconds_max = 3600;
constexpr auto no_claims = category_pattern::claims::none;

/// The secret of a program, as a header field can carry it.
std::optional<std::string> secret_fault(std::string_view secret) {
  if (secret.size() < secret_bytes_min || secret.size() > secret_bytes_max)
    return "must have a secret of 16 to 1024 characters";
  const bool is_visible =
      std::all_of(secret.begin(), secret.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!is_visible) return "must have a secret of visible ASCII characters, on one line";
  return std::nullopt;
}

/// The digest of the secret, however it is given. What is wrong is reported.
std::optional<sha256_digest> read_secret_of(toml_table& from) {
  const auto hex = from.text("secret_sha256"), file = from.text("secret_file");
  if (hex.has_value() == file.has_value()) {
    from.refuse("", "must have secret_sha256 or secret_file; longpolld key NAME makes a secret");
    return std::nullopt;
  }
  if (hex) {
    const auto digest = digest_from_hex(*hex);
    if (!digest) from.refuse("secret_sha256", "must be 64 hexadecimal digits");
    return digest;
  }
  const auto text = read_text_file(*file);
  if (!text) {
    from.refuse("secret_file", *file + ": " + text.error().text);
    return std::nullopt;
  }
  const auto secret = ascii::without_line_end(*text);
  if (const auto wrong = secret_fault(secret)) {
    from.refuse("secret_file", *file + ": " + *wrong);
    return std::nullopt;
  }
  return sha256(secret);
}

/// Reads the keys that an issuer's tokens are verified with.
void read_keys_of(token_issuer& one, toml_table& from) {
  const auto algorithm_name = from.text("algorithm"), file = from.text("key_file");
  const auto algorithm = jwt_algorithm_of(algorithm_name.value_or(""));
  if (!algorithm) {
    from.refuse("algorithm", "must be one of HS256, HS384, HS512, RS256, PS256, ES256, EdDSA");
  }
  if (!file) from.refuse("key_file", "must be set: the secret, a public key in PEM, or a JWK set");
  if (!algorithm || !file) return;
  const auto text = read_text_file(*file);
  auto keys = text ? jwt_keys::read(*algorithm, *text) : outcome<jwt_keys>(text.error());
  if (!keys) return from.refuse("key_file", *file + (text ? " " : ": ") + keys.error().text);
  one.keys = std::make_shared<const jwt_keys>(std::move(*keys));
  one.key_text = sha256(*text);
}

template <class All>
bool has_name(const All& all, std::string_view name) {
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
}

/// A name that is there, is a name, and is no other's; else it is reported.
template <class All>
std::string read_name(toml_table& from, const All& others) {
  const auto name = from.text("name");
  if (!name) {
    from.refuse("name", "must be set");
  } else if (const auto wrong = name_fault(*name)) {
    from.refuse("name", *wrong);
  } else if (has_name(others, *name)) {
    from.refuse("name", "\"" + *name + "\" is the name of another");
  }
  return name.value_or("");
}

}  // namespace

bool access_reader::knows(std::string_view key) {
  return std::find(std::begin(names), std::end(names), key) != std::end(names);
}

toml_table access_reader::table(const toml::table& from, const std::string& path) {
  return {from, path,
          [this](const toml::source_position& at, const std::string& key, const std::string& what) {
            into_.problem(place(file_, at), key, what);
          }};
}

void access_reader::read(std::string_view key, const toml::node& node) {
  into_.access_.has_tables = true;
  const bool is_list = key == "key" || key == "issuer";
  const std::string name(key);
  const auto refuse = [&](const toml::node& what) {
    into_.problem(place(file_, what.source().begin), name,
                  "is " + type_word(what) + "; allowed is a table: " + (is_list ? "[[" : "[") + name +
                      (is_list ? "]]" : "]"));
  };
  if (!is_list && !node.is_table()) return refuse(node);
  if (key == "anyone") return read_anyone(*node.as_table());
  if (key == "hook") return read_hook(*node.as_table());
  if (!node.is_array()) return refuse(node);
  const auto& all = *node.as_array();
  if (all.size() > access_tables_max) {
    return into_.problem(place(file_, node.source().begin), name,
                         "there must not be more than 10,000 of them");
  }
  std::size_t number = 0;
  for (const auto& one : all) {
    const auto path = name + '[' + std::to_string(++number) + ']';
    if (!one.is_table()) {
      refuse(one);
    } else if (key == "key") {
      read_key(*one.as_table(), path);
    } else {
      read_issuer(*one.as_table(), path);
    }
  }
}

void access_reader::read_anyone(const toml::table& from) {
  auto members = table(from, "anyone");
  into_.access_.anyone =
      rights{members.patterns("subscribe", no_claims), members.patterns("publish", no_claims)};
  static_cast<void>(members.finish());
}

void access_reader::read_key(const toml::table& from, const std::string& path) {
  auto members = table(from, path);
  auto& others = into_.access_.keys;
  access_key one;
  one.name = read_name(members, others);
  const auto secret = read_secret_of(members);
  one.may = {members.patterns("subscribe", no_claims), members.patterns("publish", no_claims)};
  one.is_admin = members.boolean("admin", false);
  one.secret = secret.value_or(sha256_digest{});
  const bool is_taken = secret && std::any_of(others.begin(), others.end(), [&](const access_key& other) {
                          return other.secret == one.secret;
                        });
  if (is_taken) members.refuse("", "has the secret of another key");
  if (members.finish()) others.push_back(std::move(one));
}

void access_reader::read_issuer(const toml::table& from, const std::string& path) {
  auto members = table(from, path);
  auto& others = into_.access_.issuers;
  token_issuer one;
  one.name = read_name(members, others);
  read_keys_of(one, members);
  one.issuer = members.text("issuer").value_or("");
  one.audience = members.text("audience").value_or("");
  constexpr auto claims = category_pattern::claims::allowed;
  one.may = {members.patterns("subscribe", claims), members.patterns("publish", claims)};
  one.leeway_seconds = members.seconds("leeway_seconds", 0, leeway_seconds_max, one.leeway_seconds);
  one.own_rules = members.boolean("own_rules", false);
  if (members.finish()) others.push_back(std::move(one));
}

void access_reader::read_hook(const toml::table& from) {
  auto members = table(from, "hook");
  hook_settings one;
  const auto url = members.text("url");
  if (!url) {
    members.refuse("url", "must be set, as http://127.0.0.1:3000/longpolld");
  } else if (auto read = http_url::parse(*url)) {
    one.url = std::move(*read);
  } else {
    members.refuse("url", read.error().text);
  }
  one.forward = members.texts("forward");
  const auto seconds = [&](const char* name, std::chrono::seconds& of, std::int64_t least,
                           std::int64_t most) {
    of = std::chrono::seconds(members.seconds(name, least, most, of.count()));
  };
  seconds("timeout_seconds", one.timeout, 1, hook_settings::timeout_max.count());
  seconds("cache_seconds", one.cache, 0, one.max_cache.count());
  const auto count = [&](const char* name, std::size_t& of, std::int64_t most) {
    of = static_cast<std::size_t>(members.number(name, 1, most, static_cast<std::int64_t>(of)));
  };
  count("max_connections", one.max_connections, 1'000);
  count("max_waiting", one.max_waiting, 1'000'000);
  count("max_waiting_per_address", one.max_waiting_per_address, 1'000'000);
  count("max_cached", one.max_cached, 10'000'000);
  one.ca_file = members.text("ca_file").value_or("");
  if (const auto text = read_text_file(one.ca_file)) one.ca_text = sha256(*text);
  try {
    if (one.url.is_https) static_cast<void>(tls_trust::of(one.ca_file));
  } catch (const std::runtime_error& failed) {
    members.refuse("ca_file", failed.what());
  }
  if (!members.finish()) return;
  if (const auto wrong = one.fault()) return members.refuse("", *wrong);
  into_.access_.hook = std::move(one);
}

}  // namespace longpolld
