#pragma once

#include "longpolld/words/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// Where a Redis server is and who asks it: `redis://user:password@host:6379/0`, `rediss://…` over TLS,
/// `unix:///path?db=0`, or `redis+sentinel://host:26379,host/name/0`, whose Sentinels know the server.
struct redis_url {
  enum class kind : std::uint8_t { tcp, tls, unix, sentinel };
  struct place {
    std::string host;  ///< a name or an address, of IPv6 without brackets
    std::string port;

    friend bool operator==(const place&, const place&) = default;
  };

  kind is = kind::tcp;
  std::vector<place> at;  ///< one, or all Sentinels
  std::string path;       ///< of a Unix socket
  std::string master;     ///< the name by which Sentinels know the server
  std::string user, password;
  std::int64_t database = 0;

  /// The error's text begins with "is" or "must" and repeats nothing of what may hold a secret.
  [[nodiscard]] static outcome<redis_url> parse(std::string_view text);

  /// Without user and password, fit for the log.
  [[nodiscard]] std::string shown() const;
};

}  // namespace longpolld
