#include "longpolld/http/access/authorizer.hpp"

#include "longpolld/parts/jwt.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <functional>
#include <utility>

namespace longpolld {
namespace {

using patterns = std::vector<category_pattern>;

/// Each can be parsed, as verified_token promises.
void append_patterns(patterns& to, const std::vector<std::string>& written) {
  for (const auto& one : written) {
    if (auto read = category_pattern::parse(one)) to.push_back(std::move(*read));
  }
}

/// Without sub, its holder has no name of his own: the token itself tells him apart.
std::string name_of(const token_issuer& issuer, const verified_token& token, const sha256_digest& digest) {
  const auto sub = token.claims.find("sub");
  return "token:" + issuer.name + (sub == token.claims.end() ? "#" + to_hex(digest) : '/' + sub->second);
}

}  // namespace

std::size_t authorizer::by_digest::operator()(const sha256_digest& of) const {
  std::size_t hash = 0;
  std::memcpy(&hash, of.data(), sizeof hash);
  return hash;
}

authorizer::authorizer(std::shared_ptr<const access_rules> rules, std::size_t tokens_max)
    : tokens_max_(tokens_max) {
  set_rules(std::move(rules));
}

void authorizer::set_rules(std::shared_ptr<const access_rules> next) {
  assert(next);
  std::vector<principal_ptr> keys;
  for (std::size_t i = 0; i < next->keys.size(); ++i) {
    const auto& one = next->keys[i];
    principal made{"key:" + one.name, one.may, access_rules::of_key(i), one.is_admin};
    keys.push_back(std::make_shared<const principal>(std::move(made)));
  }
  rules_ = std::move(next);
  keys_ = std::move(keys);
  young_.clear();
  old_.clear();
  shown_.assign(std::clamp<std::size_t>(tokens_max_, 1, shown_max), {});
}

/// Looks at every key, whichever it is, so that the time it takes tells nothing of them.
principal_ptr authorizer::key_of(const credentials& what, const sha256_digest& secret) const {
  principal_ptr found;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const auto& key = rules_->keys[i];
    const bool is_named = !what.user || *what.user == key.name;
    if (same_digest(key.secret, secret) && is_named) found = keys_[i];
  }
  return found;
}

principal_ptr authorizer::recall(const sha256_digest& token, unix_ms now) {
  auto found = young_.find(token);
  if (found == young_.end()) {
    const auto before = old_.find(token);
    if (before == old_.end()) return nullptr;
    auto who = before->second;
    old_.erase(before);
    remember(token, std::move(who));
    found = young_.find(token);
  }
  if (found->second->expires > now) return found->second;
  young_.erase(found);
  return nullptr;
}

/// Half of them are young, half old: the old go when there are as many young ones.
void authorizer::remember(const sha256_digest& token, principal_ptr who) {
  if (young_.size() >= std::max<std::size_t>(1, tokens_max_ / 2)) {
    old_ = std::move(young_);
    young_ = {};
  }
  young_.insert_or_assign(token, std::move(who));
}

principal_ptr authorizer::recognise(const credentials& what, unix_ms now) {
  auto who = find(what, now);
  if (who) tallies_.known.add();
  return who;
}

principal_ptr authorizer::verify(const credentials& what, unix_ms now) {
  auto who = check(what, now);
  (who ? tallies_.verified : tallies_.wrong).add();
  return who;
}

/// Texts are compared only where their hashes are equal, so that the time it takes tells nothing of them.
principal_ptr authorizer::find(const credentials& what, unix_ms now) {
  if (what.secret.empty()) return nullptr;
  if (what.user || what.secret.size() > shown_bytes_max) return look_up(what, now);
  const auto hash = std::hash<std::string_view>()(what.secret);
  auto& last = shown_[hash % shown_.size()];
  if (last.who && last.hash == hash && last.secret == what.secret && last.who->expires > now) return last.who;
  auto who = look_up(what, now);
  if (who) last = {hash, what.secret, who};
  return who;
}

principal_ptr authorizer::look_up(const credentials& what, unix_ms now) {
  const auto digest = sha256(what.secret);
  if (auto key = key_of(what, digest)) return key;
  return what.user ? nullptr : recall(digest, now);
}

principal_ptr authorizer::check(const credentials& what, unix_ms now) {
  const auto algorithm = what.user ? std::nullopt : algorithm_of(what.secret);
  if (!algorithm) return nullptr;
  for (std::size_t i = 0; i < rules_->issuers.size(); ++i) {
    const auto& issuer = rules_->issuers[i];
    if (issuer.keys->algorithm() != *algorithm) continue;
    const auto token = longpolld::verify(
        what.secret,
        {issuer.keys.get(), issuer.issuer, issuer.audience, issuer.leeway_seconds, issuer.own_rules}, now);
    if (!token) continue;
    const auto digest = sha256(what.secret);
    principal made{name_of(issuer, *token, digest), issuer.may.bound(token->claims), rules_->of_issuer(i),
                   false, token->expires};
    append_patterns(made.may.subscribe, token->subscribe);
    append_patterns(made.may.publish, token->publish);
    auto who = std::make_shared<const principal>(std::move(made));
    remember(digest, who);
    return who;
  }
  return nullptr;
}

}  // namespace longpolld
