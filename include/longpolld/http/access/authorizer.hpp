#pragma once

#include "longpolld/heart/access_policy.hpp"
#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/http/access/credentials.hpp"
#include "longpolld/parts/tally.hpp"
#include "longpolld/words/config.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

using principal_ptr = std::shared_ptr<const principal>;

/// Finds out who has credentials, by the rules of the moment. Verified tokens are remembered under their
/// SHA-256, up to max_cached_tokens and until they expire; what is wrong is not, so that nobody can push out
/// what is right. Plain code: no socket, time is an argument. Thread: one shard's.
class authorizer {
 public:
  /// Precondition: `rules` is not null.
  authorizer(std::shared_ptr<const access_rules> rules, std::size_t tokens_max);

  /// The rules that hold from now on; what was remembered by others is forgotten.
  void set_rules(std::shared_ptr<const access_rules> next);
  [[nodiscard]] const access_rules& rules() const { return *rules_; }

  /// Whose credentials these are, if that takes no signature to be verified; else null.
  [[nodiscard]] principal_ptr recognise(const credentials& what, unix_ms now);
  /// The same for a token, verified if an issuer may have signed it. Null: these credentials are wrong.
  [[nodiscard]] principal_ptr verify(const credentials& what, unix_ms now);

  /// What became of credentials. Any thread may read them.
  struct tallies {
    tally known, verified, wrong;  ///< known: keys, and tokens that were remembered
  };
  [[nodiscard]] const tallies& counted() const { return tallies_; }

  [[nodiscard]] std::size_t remembered() const { return young_.size() + old_.size(); }

 private:
  struct by_digest {
    std::size_t operator()(const sha256_digest& of) const;
  };
  /// Who has shown this very text lately: most requests show what was shown before, and its SHA-256 takes
  /// longer than all else that is done with it.
  struct shown {
    std::size_t hash = 0;
    std::string secret;
    principal_ptr who;
  };
  static constexpr std::size_t shown_max = 1024, shown_bytes_max = 512;  ///< how many; each
  using tokens = boost::unordered_flat_map<sha256_digest, principal_ptr, by_digest>;

  [[nodiscard]] principal_ptr find(const credentials& what, unix_ms now);
  [[nodiscard]] principal_ptr check(const credentials& what, unix_ms now);
  [[nodiscard]] principal_ptr look_up(const credentials& what, unix_ms now);
  [[nodiscard]] principal_ptr key_of(const credentials& what, const sha256_digest& secret) const;
  [[nodiscard]] principal_ptr recall(const sha256_digest& token, unix_ms now);
  void remember(const sha256_digest& token, principal_ptr who);

  std::shared_ptr<const access_rules> rules_;
  std::vector<principal_ptr> keys_;  // one for each key
  std::size_t tokens_max_;
  std::vector<shown> shown_;  // by hash; no more than tokens_max_
  tallies tallies_;
  tokens young_, old_;  // seen since the last change of generation, and before it
};

}  // namespace longpolld
