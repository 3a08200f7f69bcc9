#pragma once

#include "longpolld/heart/access_policy.hpp"
#include "longpolld/parts/digest.hpp"
#include "longpolld/thread/address_rates.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace longpolld {

/// What a site's backend is asked: whether whoever sent these header fields may do this with these
/// categories. Immutable.
class hook_question {
 public:
  /// A header field as it came. Precondition: no control character in it, as in any that request_parser let
  /// pass.
  struct field {
    std::string name;
    std::string value;
  };

  /// `forwarded`: those fields of the request that are passed on, in their order, each as often as it came.
  /// `client`: the address of whom the request is; `counts_for`: whose limits count. Categories are UTF-8.
  hook_question(right action, std::vector<std::string> categories, std::vector<field> forwarded,
                std::string client, client_key counts_for = 0);

  /// SHA-256 of all that the backend is told, each part with its length before it: equal keys mean equal
  /// questions. The client's address is part of it, since a backend may decide by that: an answer given to
  /// one address is not another's, above all where there are no credentials.
  [[nodiscard]] const sha256_digest& key() const { return key_; }

  /// Sorted, each once.
  [[nodiscard]] const std::vector<std::string>& categories() const { return categories_; }
  [[nodiscard]] const std::vector<field>& forwarded() const { return forwarded_; }
  [[nodiscard]] const std::string& client() const { return client_; }
  [[nodiscard]] client_key counts_for() const { return counts_for_; }
  /// The JSON that is posted.
  [[nodiscard]] std::string body() const;
  /// About what it holds.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  right action_;
  std::vector<std::string> categories_;
  std::vector<field> forwarded_;
  std::string client_;
  client_key counts_for_;
  std::size_t bytes_ = 0;
  sha256_digest key_;
};

}  // namespace longpolld
