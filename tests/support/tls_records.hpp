#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct ssl_st;

namespace longpolld::test {

/// Writes records that OpenSSL's client would not, as the client of a session: TLS 1.2 with
/// ECDHE-…-AES128-GCM-SHA256, whose client has sent nothing since the handshake.
class tls_records {
 public:
  enum class content : std::uint8_t { handshake = 22, application = 23 };

  explicit tls_records(const ssl_st& of);

  /// The next record of the session.
  std::string next(content type, std::string_view text);

 private:
  std::string key_;
  std::string nonce_;  // the part of it that is the same in all records
  std::uint64_t number_ = 1;
};

}  // namespace longpolld::test
