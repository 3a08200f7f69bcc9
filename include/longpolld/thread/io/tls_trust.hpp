#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace longpolld {

/// Whom a client of TLS trusts, and its rules: TLS 1.2 or 1.3. Immutable; any thread may use it.
class tls_trust {
 public:
  /// Those in this PEM file, or whom the system trusts when it is empty. Throws std::runtime_error where it
  /// cannot be read.
  [[nodiscard]] static tls_trust of(const std::string& ca_file);
  /// Whoever answers.
  [[nodiscard]] static tls_trust anyone();

  [[nodiscard]] ssl_ctx_st* native() const { return native_.get(); }
  /// A reference that the caller gives back.
  [[nodiscard]] ssl_ctx_st* share() const;

 private:
  tls_trust();

  std::shared_ptr<ssl_ctx_st> native_;
};

/// Has `of`, a client, ask for `host`, and accept nothing but a certificate for that name or address.
void expect_host(ssl_st& of, const std::string& host);

}  // namespace longpolld
