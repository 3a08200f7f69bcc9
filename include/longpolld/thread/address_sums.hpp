#pragma once

#include "longpolld/thread/address_rates.hpp"
#include "longpolld/words/config.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>

namespace longpolld {

/// How much each address has of something. One that has nothing is not remembered. Thread: one at a time.
class address_sums {
 public:
  /// Whether it may have so much more, of `most` in all; then it has.
  bool add(client_key client, config::number more, config::number most) {
    const auto known = sums_.find(client);
    if (known == sums_.end()) return more <= most && sums_.emplace(client, more).second;
    if (known->second + more > most) return false;
    known->second += more;
    return true;
  }
  /// Precondition: it has so much.
  void take(client_key client, config::number less) noexcept {
    const auto known = sums_.find(client);
    if (known != sums_.end() && (known->second -= less) <= 0) sums_.erase(known);
  }
  [[nodiscard]] std::size_t size() const { return sums_.size(); }

 private:
  boost::unordered_flat_map<client_key, config::number> sums_;
};

}  // namespace longpolld
