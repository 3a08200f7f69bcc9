// Credentials are found where the options let them stand, the field before the cookie before the query, each
// in one spelling; and a key is who has its secret and nobody else. The bits of the first byte say: there is
// an Authorization field, token_cookie is set, token_in_query is set, a foreign page asks. Then come three
// lines: the field, the cookies, the query.
#include "longpolld/http/access/authorizer.hpp"
#include "longpolld/parts/base64url.hpp"
#include "longpolld/words/ascii.hpp"

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <array>

using namespace longpolld;
using place = credentials::place;

namespace {

const std::string key_name = "k", key_secret = "the-secret";

std::string to_base64(std::string_view text) {
  auto made = to_base64url(text);
  std::replace(made.begin(), made.end(), '-', '+');
  std::replace(made.begin(), made.end(), '_', '/');
  made.append((4 - made.size() % 4) % 4, '=');
  return made;
}

/// Without spaces and tabs around it.
std::string_view bare(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

bool begins(std::string_view field, std::string_view scheme) {
  return field.size() > scheme.size() && ascii::same(field.substr(0, scheme.size()), scheme) &&
         field[scheme.size()] == ' ';
}

void check_field(std::string_view field, const credentials& found) {
  fuzz::expect(found.where == place::authorization);
  if (begins(field, "Bearer")) {
    fuzz::expect(!found.user && found.secret == bare(field.substr(6)));
  } else if (begins(field, "Basic") && !found.secret.empty()) {
    fuzz::expect(found.user && found.user->find(':') == std::string::npos);
    fuzz::expect(to_base64(*found.user + ':' + found.secret) == bare(field.substr(5)));
  } else {
    fuzz::expect(found.secret.empty());
  }
}

void check_cookies(std::string_view field) {
  const auto found = find_cookie(field, "session");
  const std::string all(field);
  const auto later = all + "; session=last", earlier = "session=first;" + all;
  fuzz::expect(find_cookie(later, "session") == found.value_or("last"));
  fuzz::expect(find_cookie(earlier, "session") == "first");
  if (found) fuzz::expect(field.find(*found) != std::string_view::npos && found->find(';') == found->npos);
}

/// A key is recognised by its secret, and by its name where one is given.
void check_key(const credentials& found) {
  static authorizer by = [] {
    access_rules rules;
    rules.keys.push_back({key_name, sha256(key_secret), {}, false});
    return authorizer(std::make_shared<const access_rules>(std::move(rules)), 4);
  }();
  const bool is_key = found.secret == key_secret && (!found.user || *found.user == key_name);
  fuzz::expect((by.recognise(found, 0) != nullptr) == is_key);
  fuzz::expect(by.verify(found, 0) == nullptr);
}

}  // namespace

void fuzz::run(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto bits = static_cast<unsigned char>(bytes.front());
  const bool has_field = (bits & 1U) != 0, has_cookie = (bits & 2U) != 0, has_query = (bits & 4U) != 0,
             is_foreign = (bits & 8U) != 0;
  bytes.remove_prefix(1);
  std::array<std::string_view, 3> lines;
  for (auto& one : lines) {
    one = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(one.size() + 1, bytes.size()));
  }
  config of;
  if (has_cookie) of.token_cookie = "session";
  of.token_in_query = has_query;
  request asked;
  if (has_field) asked.authorization = lines[0];
  asked.cookie = lines[1];
  asked.query = lines[2];
  check_cookies(asked.cookie);

  const auto read = find_credentials(asked, of, is_foreign);
  const auto cookie = find_cookie(asked.cookie, "session");
  const bool by_cookie = has_cookie && !is_foreign && cookie;
  if (!read) {
    expect(!has_field && !by_cookie && has_query);
    return expect(read.error().status == 400 && !read.error().text.empty());
  }
  if (!*read) return expect(!has_field && !by_cookie);
  const auto& found = **read;
  check_key(found);
  if (has_field) return check_field(lines[0], found);
  expect(!found.user);
  if (by_cookie) return expect(found.where == place::cookie && found.secret == *cookie);
  expect(has_query && found.where == place::query);
  const auto twice = std::string(asked.query) + "&token=again";
  asked.query = twice;
  expect(!find_credentials(asked, of, is_foreign));
}
